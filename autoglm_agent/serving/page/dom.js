// Elements of the page, and new ones. Text is only ever set as text.

export const at = (id) => document.getElementById(id);

export function button(text, work) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", work);
  return made;
}

export function listed(element) {
  const item = document.createElement("li");
  item.append(element);
  return item;
}
