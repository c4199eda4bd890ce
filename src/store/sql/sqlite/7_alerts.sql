-- Cases are found by what moderators were told of them.
CREATE INDEX cases_by_alert ON cases (guild, json_extract(body, '$.told.message'))
WHERE json_extract(body, '$.told.message') IS NOT NULL;
