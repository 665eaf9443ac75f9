"""Verified reasoning and AutoML as tools for LangChain and LangGraph."""
