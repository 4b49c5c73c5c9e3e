mod prompts;
