-- Who follows an account: shares in percent by country, age and gender ({"DE":10.5,"US":42.0,"female":61.0}), and when
-- that was said. Null is unknown; a key that is not there is unknown too.
ALTER TABLE creators ADD COLUMN audience TEXT;
ALTER TABLE creators ADD COLUMN audience_as_of INTEGER;
ALTER TABLE undone_creators ADD COLUMN audience TEXT;
ALTER TABLE undone_creators ADD COLUMN audience_as_of INTEGER;
