-- With which key an asset came is told when the key is gone, too.

ALTER TABLE asset ADD COLUMN activation_key_title TEXT;
UPDATE asset SET activation_key_title = (SELECT title FROM activation_key WHERE activation_key.id = asset.activation_key)
WHERE activation_key IS NOT NULL;
