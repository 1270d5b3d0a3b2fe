//! `qql.md` 8.9.

use super::tokens;
use crate::token::Kind::{Address, Date, Int, Keyword, Text};

tokens! {
    /// Tokens of the audit log's records.
    AuditToken of Audit in AUDIT {
        Seq: "seq", Int, "seq:[1 .. 1000]", "Number of the record; none within the second before it is chained", sortable;
        Time: "time", Date, "time>=now/d", "When it was done", sortable, groupable;
        Actor: "actor", Keyword, "actor:ada", "User name, `system`, or an agent's id", sortable, groupable, free_text;
        Action: "action", Keyword, "action:job.enable", "What was done", sortable, groupable, free_text;
        ObjectType: "objectType", Keyword, "objectType:job", "What sort of thing it was done to", sortable, groupable;
        Outcome: "outcome", Keyword, "outcome:Refused", "Success, Refused or Failed", sortable, groupable;
        Source: "source", Keyword, "source:console", "By what way it came: console, api, compatible, cli, scheduler or agent",
            sortable, groupable;
        ObjectId: "objectId", Keyword, "objectId:38aa48ca-a53f-4591-af01-8bce75de4ce7", "Id of what it was done to";
        ObjectName: "objectName", Text, "objectName:October", "Name that it had then", free_text;
        Ip: "ip", Address, "ip:10.0.0.0/8", "Where the request came from";
        RequestId: "requestId", Keyword, "requestId is not null", "Id of the request, as the answer gave it";
    }
}
