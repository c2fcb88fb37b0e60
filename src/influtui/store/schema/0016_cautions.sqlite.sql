-- What is odd in who sent a message, a sentence a line: for people to see, no proof of anything.
ALTER TABLE received ADD COLUMN cautions TEXT;
