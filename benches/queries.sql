-- The questions of queries.qql in SQL over the tables of tables.sql. A question may take several statements: its answer
-- is the rows of all of them, one after the other. {now} is the moment as of which is asked.

-- name: count
SELECT count(*) FROM asset WHERE pending_reboot;

-- name: two terms
SELECT count(*) FROM asset WHERE pending_reboot AND timezone = 'Europe/Berlin';

-- name: phrase
SELECT count(*) FROM asset WHERE os_words LIKE '% gnu linux 12 %';

-- name: leading wildcard
SELECT count(*) FROM asset WHERE name_words LIKE '%99 %';

-- name: CIDR
-- 10.3.0.0 and 10.3.255.255.
SELECT count(DISTINCT asset) FROM interface WHERE address BETWEEN 167968768 AND 168034303;

-- name: date range
-- A moment names one second.
SELECT count(*) FROM asset
WHERE scanned_at >= {now} - INTERVAL '18 hours'
    AND scanned_at < {now} - INTERVAL '6 hours' + INTERVAL '1 second';

-- name: negation
SELECT count(*) FROM asset WHERE logged_on_words IS NULL OR logged_on_words NOT LIKE '% ada %';

-- name: null
SELECT count(*) FROM asset WHERE logged_on IS NULL;

-- name: nested, the same component
SELECT count(DISTINCT asset) FROM asset_component
WHERE component IN (
    SELECT component FROM component WHERE source_words LIKE '% openssl %' AND source_major < 5
);

-- name: both entities
SELECT count(*) FROM asset
WHERE pending_reboot AND asset IN (
    SELECT asset FROM missing WHERE patch IN (
        SELECT patch FROM patch WHERE title_words LIKE '% curl %' AND is_security
    )
);

-- name: tag
SELECT count(*) FROM asset
WHERE pending_reboot AND asset IN (
    SELECT asset FROM tag_member WHERE tag IN (SELECT tag FROM tag WHERE name_words LIKE '% bench web %')
);

-- name: scope of 10 %
SELECT count(*) FROM asset
WHERE pending_reboot AND (logged_on_words IS NULL OR logged_on_words NOT LIKE '% ada %')
    AND asset IN (SELECT asset FROM tag_member WHERE tag = (SELECT tag FROM tag WHERE name = 'Bench tenth'));

-- name: first page by name
SELECT count(*) FROM asset WHERE os_words LIKE '% debian %' AND name_words NOT LIKE '% web%';
SELECT name FROM asset WHERE os_words LIKE '% debian %' AND name_words NOT LIKE '% web%'
ORDER BY name_words, id LIMIT 50;

-- name: first page by missing count
SELECT count(*) FROM asset WHERE platform = 'Linux' AND NOT pending_reboot;
SELECT name FROM asset WHERE platform = 'Linux' AND NOT pending_reboot
ORDER BY missing_count DESC, id LIMIT 50;

-- name: first page by last scan
SELECT count(*) FROM asset WHERE name_words LIKE '%7 %' AND NOT pending_reboot;
SELECT name FROM asset WHERE name_words LIKE '%7 %' AND NOT pending_reboot
ORDER BY scanned_at DESC NULLS LAST, id LIMIT 50;

-- name: group by operating system
SELECT os, count(*) FROM asset GROUP BY os, os_words
ORDER BY count(*) DESC, os_words NULLS FIRST, os LIMIT 10;

-- name: group by model
SELECT model, count(*) FROM asset GROUP BY model ORDER BY count(*) DESC, lower(model) NULLS FIRST, model LIMIT 10;

-- name: group by user
SELECT logged_on, count(*) FROM asset GROUP BY logged_on, logged_on_words
ORDER BY count(*) DESC, logged_on_words NULLS FIRST, logged_on LIMIT 10;

-- name: group by component
-- By the number of the name: by the name itself it takes twice as long.
WITH found AS (
    SELECT name_number, count(DISTINCT asset) AS assets FROM asset_component JOIN component USING (component)
    WHERE name_number IS NOT NULL GROUP BY name_number
), named AS (
    SELECT DISTINCT name_number, name, name_words FROM component
)
SELECT name, assets FROM found JOIN named USING (name_number) ORDER BY assets DESC, name_words, name LIMIT 10;

-- name: top missing in a scope
WITH found AS MATERIALIZED (
    SELECT patch, count(*) AS assets FROM missing
    WHERE patch IN (SELECT patch FROM patch WHERE NOT is_superseded)
        AND asset IN (SELECT asset FROM tag_member WHERE tag = (SELECT tag FROM tag WHERE name = 'Bench tenth'))
    GROUP BY patch
), page AS (
    SELECT title, product, assets, id FROM found JOIN patch USING (patch) ORDER BY assets DESC, id LIMIT 50
)
SELECT title, product, assets FROM (
    SELECT CAST(count(*) AS VARCHAR) AS title, NULL AS product, NULL AS assets, 0 AS part, NULL AS id FROM found
    UNION ALL
    SELECT title, product, assets, 1, id FROM page
) AS answer
ORDER BY part, assets DESC, id;

-- name: dashboard / assets
SELECT count(*) FROM asset;

-- name: dashboard / assets that lack a patch
SELECT count(*) FROM asset WHERE missing_count > 0;

-- name: dashboard / assets that lack a security patch
SELECT count(*) FROM asset WHERE missing_security_count > 0;

-- name: dashboard / restarts
SELECT count(*) FROM asset WHERE pending_reboot;

-- name: dashboard / not scanned for twelve hours
SELECT count(*) FROM asset WHERE scanned_at < {now} - INTERVAL '12 hours' OR scanned_at IS NULL;

-- name: dashboard / enrolled within 30 days
SELECT count(*) FROM asset WHERE enrolled_at >= {now} - INTERVAL '30 days';

-- name: dashboard / families
SELECT os_family, count(*) FROM asset GROUP BY os_family ORDER BY count(*) DESC, os_family NULLS FIRST LIMIT 10;

-- name: dashboard / operating systems
SELECT os, count(*) FROM asset GROUP BY os, os_words
ORDER BY count(*) DESC, os_words NULLS FIRST, os LIMIT 10;

-- name: dashboard / security of patches
SELECT CASE WHEN is_security THEN 'true' ELSE 'false' END AS security, count(*) FROM patch
WHERE NOT is_superseded GROUP BY security ORDER BY count(*) DESC, security LIMIT 10;

-- name: dashboard / missing most often
WITH found AS MATERIALIZED (
    SELECT patch, count(*) AS assets FROM missing
    WHERE patch IN (SELECT patch FROM patch WHERE NOT is_superseded)
    GROUP BY patch
), page AS (
    SELECT title, product, assets, id FROM found JOIN patch USING (patch) ORDER BY assets DESC, id LIMIT 50
)
SELECT title, product, assets FROM (
    SELECT CAST(count(*) AS VARCHAR) AS title, NULL AS product, NULL AS assets, 0 AS part, NULL AS id FROM found
    UNION ALL
    SELECT title, product, assets, 1, id FROM page
) AS answer
ORDER BY part, assets DESC, id;

-- name: exposure to an advisory
SELECT count(DISTINCT asset) FROM missing
WHERE patch IN (
    SELECT patch FROM patch JOIN patch_package USING (patch)
    WHERE product = 'debian:12' AND patch_package.name_words LIKE '% openssl %'
);
