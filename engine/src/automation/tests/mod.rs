mod prompts;
mod tries;
