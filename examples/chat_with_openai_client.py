"""Talk to `autoglm serve` with OpenAI's own client library.

Run: autoglm serve --port 8765, then: python examples/chat_with_openai_client.py TABLE "words" [URL]
Open WebUI, LibreChat and other clients take the same base URL and the model's name `autoglm`.
For a model that plans start the server with --model openai:gpt-5.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from openai import OpenAI


def main(table: str, words: str, url: str = "http://127.0.0.1:8765/v1") -> None:
    """Upload a table, ask, and print progress and answer as they come."""
    client = OpenAI(base_url=url, api_key=os.environ.get("AUTOGLM_TOKEN") or "none")
    file = client.files.create(file=Path(table), purpose="user_data")
    stream = client.chat.completions.create(
        model="autoglm",
        messages=[{"role": "user", "content": words}],
        metadata={"file_id": file.id},
        stream=True,
    )
    for chunk in stream:
        print(chunk.choices[0].delta.content or "", end="", flush=True)
    print()


if __name__ == "__main__":
    main(*sys.argv[1:4])
