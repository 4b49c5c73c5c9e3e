-- What a conversation works on, where that is not the repository's default branch.
ALTER TABLE conversations ADD COLUMN ground TEXT;
