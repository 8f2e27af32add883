//! A class of objects, told once: what answers show of it, and what a client may send.

use serde_json::{Map, Value, json};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{Object, ObjectBuilder, Ref};

use crate::openapi::extra::Extra;
use crate::openapi::member::{CREATED, ID, Member, UPDATED};

pub(super) struct Class {
    pub(super) name: &'static str,
    pub(super) plural: &'static str,
    pub(super) about: &'static str,
    /// What a deletion takes along.
    pub(super) deletion: &'static str,
    pub(super) members: &'static [Member],
    /// The words of `sort` for lists of it, the usual one first.
    pub(super) sorts: &'static [&'static str],
    /// What the words of `sort` mean.
    pub(super) sorted: &'static str,
    /// What `include` may add.
    pub(super) extras: &'static [Extra],
    /// The member by whose value lists may be narrowed.
    pub(super) filter: Option<&'static str>,
}

impl Class {
    /// What answers show.
    pub(super) fn schema(&self) -> Object {
        let constant = ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some([self.name]))
            .description(Some("The class's name."));
        let start = ObjectBuilder::new()
            .description(Some(self.about))
            .property("__class__", constant)
            .required("__class__");
        let whole = self.shown().fold(start, |object, member| {
            object
                .property(member.name, member.schema())
                .required(member.name)
        });
        let whole = self.extras.iter().fold(whole, |object, extra| {
            object.property(extra.name, extra.schema())
        });
        whole.examples([self.example()]).build()
    }

    pub(super) fn example(&self) -> Value {
        let class = ("__class__".to_owned(), json!(self.name));
        let members = self
            .shown()
            .map(|member| (member.name.to_owned(), member.example()));
        Value::Object(members.chain([class]).collect())
    }

    /// What makes an object.
    pub(super) fn new_schema(&self) -> Object {
        let whole = self
            .new_members()
            .fold(ObjectBuilder::new(), |object, member| {
                let object = object.property(member.name, member.new_schema());
                if member.required {
                    object.required(member.name)
                } else {
                    object
                }
            });
        whole.examples([self.new_example()]).build()
    }

    pub(super) fn new_example(&self) -> Value {
        examples(self.new_members())
    }

    /// What changes an object.
    pub(super) fn changes_schema(&self) -> Object {
        let whole = self
            .changeable()
            .fold(ObjectBuilder::new(), |object, member| {
                object.property(member.name, member.schema())
            });
        let about = "What is not there stays as it is.";
        whole
            .description(Some(about))
            .examples([self.changes_example()])
            .build()
    }

    pub(super) fn changes_example(&self) -> Value {
        examples(self.changeable())
    }

    pub(super) fn reference(&self) -> Ref {
        Ref::from_schema_name(self.name)
    }

    pub(super) fn new_name(&self) -> String {
        format!("New{}", self.name)
    }

    pub(super) fn changes_name(&self) -> String {
        format!("{}Changes", self.name)
    }

    /// The members without which nothing is made.
    pub(super) fn required(&self) -> impl Iterator<Item = &'static Member> {
        self.new_members().filter(|member| member.required)
    }

    /// A member that has a longest text, and that length.
    pub(super) fn limited(&self) -> Option<(&'static str, usize)> {
        self.changeable()
            .find_map(|member| Some((member.name, member.longest()?)))
    }

    /// Whether `include` may add a list.
    pub(super) fn has_list(&self) -> bool {
        self.extras.iter().any(Extra::is_list)
    }

    /// Whether a client may send the ids of all its amenities.
    pub(super) fn has_ids(&self) -> bool {
        self.members.iter().any(Member::is_ids)
    }

    /// The member by whose value lists may be narrowed.
    pub(super) fn filter(&self) -> Option<&'static Member> {
        self.members
            .iter()
            .find(|member| Some(member.name) == self.filter)
    }

    fn shown(&self) -> impl Iterator<Item = &'static Member> {
        [&ID, &CREATED, &UPDATED]
            .into_iter()
            .chain(self.members)
            .filter(|member| !member.secret)
    }

    fn new_members(&self) -> impl Iterator<Item = &'static Member> {
        self.members.iter().filter(|member| !member.in_path)
    }

    fn changeable(&self) -> impl Iterator<Item = &'static Member> {
        self.members.iter().filter(|member| !member.fixed)
    }
}

fn examples(members: impl Iterator<Item = &'static Member>) -> Value {
    let pairs = members.map(|member| (member.name.to_owned(), member.example()));
    Value::Object(pairs.collect::<Map<_, _>>())
}
