//! The numbered rules of the management contract about `q`: §3, §7 no. 4, 43, 111 to 122, §8.3 no. 8 and 9.

mod common;

use common::{Candidate, Sample, bind, matches, outcome, part, plain};
use harrier_query::fields::{
    ACTION, AUTO_ASSIGNMENT, DISTRIBUTION_SET, DISTRIBUTION_SET_TAG, ROLLOUT, ROLLOUT_GROUP, SOFTWARE_MODULE,
    SOFTWARE_MODULE_TYPE, TARGET, TARGET_FILTER, TARGET_TAG, TARGET_TYPE,
};
use harrier_query::{EntityFields, Error, Field, Part, Query};

/// A target with everything set.
fn full_target() -> Sample {
    Sample::default()
        .text(plain(Field::ControllerId), "A1")
        .text(plain(Field::Name), "Pump é")
        .text(plain(Field::Description), "x")
        .text(plain(Field::Group), "")
        .text(plain(Field::UpdateStatus), "in_sync")
        .text(plain(Field::Address), "http://10.0.0.1")
        .number(plain(Field::CreatedAt), 500)
        .number(plain(Field::LastControllerRequestAt), 600)
        .boolean(plain(Field::AutoConfirm), true)
        .entry(Field::Attribute, "HW.Rev", "1")
        .entry(Field::Metadata, "k", "x")
        .entry(Field::Metadata, "empty", "")
        .element(part(Field::Tag, Part::Name), "a")
        .element(part(Field::Tag, Part::Name), "B")
        .text(part(Field::AssignedSet, Part::Name), "x")
        .text(part(Field::AssignedSet, Part::Version), "1.0")
        .text(part(Field::Type, Part::Key), "K")
        .number(part(Field::Type, Part::Id), 3)
}

/// A target that has an id and nothing else.
fn bare_target() -> Sample {
    Sample::default().text(plain(Field::ControllerId), "b").boolean(plain(Field::AutoConfirm), false)
}

/// Each line: query, whether the full target matches, whether the bare one does.
fn check_targets(table: &[(&str, bool, bool)]) {
    for (query, full, bare) in table {
        assert_eq!(matches(query, &TARGET, &full_target()), *full, "{query} on the full target");
        assert_eq!(matches(query, &TARGET, &bare_target()), *bare, "{query} on the bare target");
    }
}

fn check_outcomes(fields: &EntityFields, expected: &str, queries: &[&str]) {
    for query in queries {
        assert_eq!(outcome(query, fields), expected, "{query}");
    }
}

#[test]
fn no_4_and_grammar_refusals() {
    check_outcomes(&TARGET, "field", &["foo==1", "lastTargetQuery==1", "tags.name==a", "address==x"]);
    let refused = [
        "",
        " ",
        "name",
        "name==",
        "name=like=x",
        "name=li=x",
        "name=x",
        "name~x",
        "==x",
        "name==a b",
        "name==(a,b)",
        "name=in=()",
        "name=in=(a,)",
        "name=in=(a",
        "(name==a",
        "name==a)",
        "name=='a",
        "name==a;",
        "name==a,",
        "name==a and",
        "name==a and ",
        "name==a or(name==b)",
        "(name==a)or name==b",
        "name===a",
        "name=!a",
        "name==a'b'",
        "name==a;;name==b",
        "name==a andname==b",
        "()",
        "name=='a''b'",
        "name!a",
    ];
    check_outcomes(&TARGET, "syntax", &refused);
}

#[test]
fn grammar_3_1() {
    check_targets(&[
        ("name==pump*", true, false),
        ("NAME=='PUMP É'", true, false),
        ("name==\"pump é\"", true, false),
        (" ( name == 'pump é' ) ", true, false),
        ("name=='pump\\ é'", true, false),
        ("id==a1 AND description==x", true, false),
        ("id==a1 Or id==B", true, true),
        ("id==b,id==a1;description==nope", false, true),
        ("(id==b,id==a1);description==nope", false, false),
        ("id==(a1)", true, false),
        ("id=in=( a1 , 'b' )", true, true),
        ("id=IN=a1", true, false),
        ("description==or,id==and", false, false),
        ("id==a1  and \t description==x", true, false),
    ]);
}

#[test]
fn no_43_action_fields() {
    check_outcomes(&ACTION, "field", &["target.id==x", "status==foo", "status==''", "target==x", "rollout==x"]);
    let fine = [
        "target.controllerid==x",
        "target.address==x",
        "target.updatestatus==PENDING",
        "status==RUNNING",
        "distributionset.type.key==os",
        "distributionset.type.id==1",
        "distributionset.type==os",
        "distributionset.type=is=null",
        "rolloutgroup.id==1",
        "weight=ge=5",
        "laststatuscode==*",
        "active==true",
        "externalref==x",
        "status=in=(running,wait_for_confirmation)",
        "lastmodifiedby!=x",
    ];
    check_outcomes(&ACTION, "ok", &fine);
    let row = Sample::default().text(plain(Field::Status), "running");
    assert!(matches("status==RUNNING", &ACTION, &row) && matches("status==running", &ACTION, &row));
    assert!(!matches("status=out=(Running,error)", &ACTION, &row));
    check_outcomes(
        &ACTION,
        "syntax",
        &["status=gt=running", "status==run*", "active==yes", "active=lt=true", "active==*"],
    );
}

#[test]
fn no_111_letter_case_is_ignored() {
    check_targets(&[("controllerid==A*", true, false), ("ControllerID==a*", true, false), ("id==A1", true, false)]);
    check_targets(&[("updatestatus==IN_SYNC", true, false), ("attribute.hw.REV=='1'", true, false)]);
}

#[test]
fn no_112_negation_and_null() {
    check_targets(&[
        ("description!=x", false, true),
        ("description!=y", true, true),
        ("description!=x*", false, true),
        ("description=out=(x,y)", false, true),
        ("description=not=x", false, true),
        ("description=ne=y", true, true),
        ("updatestatus!=in_sync", false, true),
        ("createdat!=500", false, true),
        ("createdat=out=(1,2)", true, true),
        ("createdat==*", true, false),
        ("createdat!=*", false, true),
        ("description==*", true, false),
        ("description!=*", false, true),
        ("assignedds.name!=x", false, true),
        ("assignedds.name!=y", true, true),
        ("metadata.k!=y", true, false),
        ("metadata.k!=x", false, false),
        ("metadata.other!=x", false, false),
        ("metadata.k=out=(y,z)", true, false),
        ("metadata.k=out=(x,z)", false, false),
    ]);
}

#[test]
fn empty_and_null_3_4() {
    check_targets(&[
        ("group==''", true, true),
        ("group!=''", false, false),
        ("description==''", false, true),
        ("description!=''", true, false),
        ("metadata.empty==''", true, true),
        ("metadata.k==''", false, true),
        ("metadata.k!=''", true, false),
        ("metadata.empty!=''", false, false),
        ("description=is=null", false, true),
        ("description=EQ=NULL", false, true),
        ("description=not=null", true, false),
        ("description=ne=null", true, false),
        ("metadata.k=is=null", false, true),
        ("metadata.k=not=null", true, false),
        ("updatestatus=is=null", false, true),
        ("createdat=not=null", true, false),
        ("assignedds=is=null", false, true),
        ("assignedds=not=null", true, false),
        ("type=is=null", false, true),
        ("tag=is=null", false, true),
        ("tag=not=null", true, false),
        ("description=is='null'", false, false),
        ("description=is=X", true, false),
    ]);
}

#[test]
fn no_113_collections() {
    check_targets(&[
        ("tag==*", true, false),
        ("tag!=*", false, true),
        ("tag==a;tag==b", true, false),
        ("tag==a;tag==c", false, false),
        ("tag.name==B", true, false),
        ("tag!=a", false, true),
        ("tag!=c", true, true),
        ("tag=in=(c,b)", true, false),
        ("tag=out=(c,b)", false, true),
        ("tag=gt=a", true, false),
        ("tag=gt=b", false, false),
    ]);
    check_outcomes(&TARGET, "field", &["tag.id==1", "tag.==a", "tag.name.x==a"]);
}

#[test]
fn no_114_grouping_and_precedence() {
    let row = |name: &str, description: &str, status: &str| {
        Sample::default()
            .text(plain(Field::Name), name)
            .text(plain(Field::Description), description)
            .text(plain(Field::UpdateStatus), status)
    };
    let grouped = "name==a*;(updatestatus==pending,updatestatus==error)";
    assert!(matches(grouped, &TARGET, &row("ab", "", "error")));
    assert!(!matches(grouped, &TARGET, &row("ab", "", "in_sync")));
    assert!(!matches(grouped, &TARGET, &row("b", "", "pending")));
    let mixed = "name==a or name==b and description==c";
    assert!(matches(mixed, &TARGET, &row("a", "other", "error")));
    assert!(matches(mixed, &TARGET, &row("b", "c", "error")));
    assert!(!matches(mixed, &TARGET, &row("b", "other", "error")));
}

#[test]
fn no_115_references() {
    check_targets(&[
        ("assignedds.name==x;assignedds.version==1.0", true, false),
        ("assignedds.NAME==X", true, false),
        ("type==k", true, false),
        ("type.key==k", true, false),
        ("targettype.key==k", true, false),
        ("type.id==3", true, false),
        ("type.id!=3", false, true),
    ]);
    let refused =
        ["assignedds==x", "installedds==x", "assignedds.id==1", "assignedds.==x", "targettype==k", "name.x==1"];
    check_outcomes(&TARGET, "field", &refused);
}

#[test]
fn no_116_maps() {
    check_targets(&[
        ("attribute.hw.rev==1", true, false),
        ("attribute.hw==1", false, false),
        ("metadata.k==X*", true, false),
        ("metadata.k=in=(x*,y)", false, false),
        ("metadata.k=gt=a", true, false),
    ]);
    check_outcomes(&TARGET, "field", &["metadata==x", "attribute.==x", "metadata=is=null"]);
}

#[test]
fn no_117_numbers() {
    check_targets(&[
        ("createdat=ge=0", true, false),
        ("createdat>=500;createdat<=500", true, false),
        ("createdat>500", false, false),
        ("createdat<501", true, false),
        ("createdat=lt=500", false, false),
        ("createdat=in=(1,500)", true, false),
    ]);
    let refused = [
        "createdat=ge=abc",
        "createdat==1*",
        "createdat==''",
        "createdat=gt=*",
        "createdat=in=(1,*)",
        "createdat==99999999999999999999",
        "createdat==1.5",
        "createdat==null",
    ];
    check_outcomes(&TARGET, "syntax", &refused);
    check_outcomes(&DISTRIBUTION_SET, "syntax", &["id==1*", "module.id==x"]);
}

#[test]
fn no_118_null_is_text_for_equality() {
    check_targets(&[("installedds.name=is=null", true, true), ("name==null", false, false)]);
    assert!(matches("name==null", &TARGET, &Sample::default().text(plain(Field::Name), "NULL")));
}

#[test]
fn no_119_placeholders() {
    check_targets(&[
        ("lastcontrollerrequestat=le=${OVERDUE_TS}", true, false),
        ("lastcontrollerrequestat=lt=${overdue_ts}", false, false),
        ("lastcontrollerrequestat=lt=${Now_Ts}", true, false),
    ]);
    let named = |name: &str| Sample::default().text(plain(Field::Name), name);
    assert!(matches("name==at-${now_ts}", &TARGET, &named("at-1000")));
    assert!(matches("name==$${now_ts}", &TARGET, &named("${NOW_TS}")));
    assert!(matches("name==${else}", &TARGET, &named("${else}")));
    assert_eq!(outcome("createdat==${else}", &TARGET), "syntax");
}

#[test]
fn no_120_membership_has_no_wildcards() {
    let named = |name: &str| Sample::default().text(plain(Field::Name), name);
    assert!(matches("name=in=(a*,b)", &TARGET, &named("A*")));
    assert!(!matches("name=in=(a*,b)", &TARGET, &named("ab")));
    assert!(matches("name=out=(a*,b)", &TARGET, &named("ab")));
}

#[test]
fn no_121_autoconfirm() {
    check_targets(&[
        ("autoconfirm==true", true, false),
        ("autoconfirm!=true", false, true),
        ("autoconfirm==FALSE", false, true),
    ]);
    let refused =
        ["autoconfirm=in=(true)", "autoconfirm=is=null", "autoconfirm>true", "autoconfirm==x", "autoconfirm==*"];
    check_outcomes(&TARGET, "syntax", &refused);
    check_outcomes(&TARGET, "field", &["autoconfirm.x==true"]);
}

#[test]
fn wildcards_and_escapes_3_3_and_8_3() {
    let table = [
        ("name==a%", "ab", false),
        ("name==a_", "ab", false),
        ("name=='a\\\\*b'", "a*b", true), // §8.3 no. 9
        ("name==a\\*b", "a*b", true),
        ("name==a\\*b", "axb", false),
        ("name=='a\\\\*b*'", "a*bc", true),
        ("name=='a\\*b'", "axb", true), // the quoted escape is gone before wildcards are looked for
        ("name==a\\b", "a\\b", true),
        ("name=gt=ABC", "abd", true), // §8.3 no. 8
        ("name=gt=abc", "ABD", true),
        ("name=lt=b*", "b", true),
    ];
    for (query, name, expected) in table {
        let row = Sample::default().text(plain(Field::Name), name);
        assert_eq!(matches(query, &TARGET, &row), expected, "{query} on {name}");
    }
}

#[test]
fn no_122_and_the_rest_of_the_catalogue() {
    let table: [(&EntityFields, &[&str], &[&str]); 9] = [
        (
            &DISTRIBUTION_SET,
            &["valid==true", "type==os", "module.name==x", "module=is=null", "tag==a", "metadata.k==v", "version==1"],
            &["module==x", "colour==x", "locked==true"],
        ),
        (&DISTRIBUTION_SET_TAG, &["distributionset.id==1", "colour==red"], &["distributionset==x", "complete==true"]),
        (&TARGET_TAG, &["name==x", "colour==red"], &["distributionset.id==1"]),
        (&TARGET_TYPE, &["key==x", "id==1"], &["colour==x", "maxassignments==1"]),
        (&SOFTWARE_MODULE_TYPE, &["maxassignments==1"], &["version==1"]),
        (&SOFTWARE_MODULE, &["type==os", "metadata.a==1", "version==1"], &["vendor==x", "tag==a"]),
        (&ROLLOUT, &["status==running", "distributionset.type.name==x"], &["distributionset==x", "status==foo"]),
        (&ROLLOUT_GROUP, &["name==x"], &["status==running"]),
        (
            &TARGET_FILTER,
            &["autoassigndistributionset.name==x"],
            &["query==x", "autoassigndistributionset==x", "description==x"],
        ),
    ];
    for (fields, fine, refused) in table {
        check_outcomes(fields, "ok", fine);
        check_outcomes(fields, "field", refused);
    }
    check_outcomes(&AUTO_ASSIGNMENT, "ok", &["actiontype==DOWNLOAD_ONLY", "status==paused", "approvaldecidedby==x"]);
    check_outcomes(&AUTO_ASSIGNMENT, "field", &["actiontype==downloadonly", "description==x"]);
}

#[test]
fn complete_3_6() {
    let table = [
        ("complete==true", Some(true)),
        ("COMPLETE!=true", Some(false)),
        ("name==x;complete==False", Some(false)),
        ("((complete==true))", Some(true)),
        ("name==x", None),
    ];
    for (query, expected) in table {
        assert_eq!(bind(query, &DISTRIBUTION_SET).expect(query).completeness(), expected, "{query}");
    }
    assert!(matches("complete==true", &DISTRIBUTION_SET, &Sample::default()));
    assert!(!matches("complete==true;name==x", &DISTRIBUTION_SET, &Sample::default()));
    let refused = [
        "complete==true,name==x",
        "complete==true;complete==true",
        "name==x;(complete==true,name==y)",
        "complete==maybe",
        "complete=in=(true)",
        "complete=is=true",
    ];
    check_outcomes(&DISTRIBUTION_SET, "syntax", &refused);
    check_outcomes(&TARGET, "field", &["complete==true"]);
}

#[test]
fn errors_become_domain_errors() {
    use harrier_domain::Error as Domain;
    let domain = |error: Error| Domain::from(error);
    assert!(matches!(domain(bind("name==", &TARGET).unwrap_err()), Domain::RsqlSyntax(_)));
    assert!(matches!(domain(bind("foo==1", &TARGET).unwrap_err()), Domain::RsqlField(_)));
}

#[test]
fn references_resolve_to_ids() {
    let sets = [
        Candidate { id: 1, name: "x".into(), version: "1".into() },
        Candidate { id: 2, name: "Y".into(), version: "1".into() },
    ];
    let with = |id: i64| Sample::default().id(Field::AssignedSet, id);
    // query, on set 1, on set 2, on no set, on a set that is not among the candidates
    let table = [
        ("assignedds.name==X", [true, false, false, false]),
        ("assignedds.name!=x", [false, true, true, true]),
        ("assignedds.name=in=(x,y)", [true, true, false, false]),
        ("assignedds.version=out=(1)", [false, false, true, true]),
        ("assignedds=is=null", [false, false, true, false]),
        ("assignedds.name=not=null", [true, true, false, true]),
    ];
    for (text, expected) in table {
        let mut query = bind(text, &TARGET).expect(text);
        query.resolve(Field::AssignedSet, &sets);
        let found = [with(1), with(2), Sample::default(), with(9)].map(|row| query.matches(&row));
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn needs_are_visible() {
    let query = bind("name==x;(attribute.a==1,tag==b)", &TARGET).expect("valid");
    assert!(query.reads(Field::Attribute) && query.reads(Field::Tag));
    assert!(!query.reads(Field::Metadata) && !query.reads(Field::AssignedSet));
    let references: Vec<_> = query.comparisons().into_iter().filter(|comparison| comparison.is_reference()).collect();
    assert_eq!(references.len(), 1);
    assert!(references[0].matches_value("B".into()) && !references[0].matches_value("c".into()));
}

#[test]
fn queries_combine() {
    let query = Query::everything(&TARGET).and(bind("name==a*", &TARGET).expect("valid"));
    assert!(query.matches(&Sample::default().text(plain(Field::Name), "ab")));
    assert!(!query.matches(&Sample::default()));
}
