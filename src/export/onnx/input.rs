//! From a caller's ids and numbers to the network's input h¹.

use super::graph::{Axis, Graph, Value, rows};
use crate::data::{FIRST_VALUE, FURTHEST, InputField, MISSING, Vocabulary};
use crate::model::Embeddings;
use crate::schema::InputKind;

/// What the networks are made of: h¹, and who is in it.
pub(super) struct Input {
    /// h¹, \[rows, D\].
    pub(super) values: Value,
    /// e, its first columns.
    pub(super) aware: Value,
    /// The scenario's id of every row, \[rows\].
    pub(super) scenario: Value,
}

/// The name of the input of single-valued fields.
pub(super) const IDS: &str = "ids";
/// The name of the input of dense fields.
pub(super) const DENSE: &str = "dense";

/// Fields of one kind that follow each other in h¹, `from..to` among those of their kind.
struct Run {
    kind: InputKind,
    from: usize,
    to: usize,
}

/// Adds the graph's inputs and the layer that makes h¹ of them. `scenario` is the place of the scenario among the
/// fields.
pub(super) fn build(
    graph: &mut Graph,
    fields: &[InputField],
    scenario: usize,
    embeddings: &Embeddings,
) -> Input {
    let of_kind = |kind| fields.iter().filter(move |f| f.kind() == kind);
    let ids = ids_input(graph, &of_kind(InputKind::Id).collect::<Vec<_>>());
    let dense = dense_input(graph, &of_kind(InputKind::Dense).collect::<Vec<_>>());
    let single = single_table(graph, fields, embeddings);
    let dim = embeddings.dim as i64;

    let mut parts = Vec::new();
    for run in runs(fields) {
        let (from, to) = (run.from, run.to);
        parts.push(match (run.kind, &dense) {
            (InputKind::Id, _) => {
                let all = to - from == of_kind(InputKind::Id).count();
                let offsets = graph.ids("offsets", &[to - from], &single.offsets[from..to]);
                let ids = if all {
                    ids.clone()
                } else {
                    graph.columns(&ids, from, to)
                };
                let places = graph.add(&ids, &offsets);
                let vectors = graph.gather(&single.table, &places, 0);
                graph.reshape(&vectors, &[0, (to - from) as i64 * dim])
            }
            (InputKind::Dense, Some(dense)) => graph.columns(dense, from, to),
            _ => {
                let (place, field) = fields
                    .iter()
                    .enumerate()
                    .filter(|(_, f)| f.kind() == InputKind::Bag)
                    .nth(from)
                    .unwrap_or((0, &fields[0]));
                let table = embeddings.tables[place].as_deref().unwrap_or_default();
                bag(graph, field, table, embeddings.dim)
            }
        });
    }
    let values = graph.concat(&parts.iter().collect::<Vec<_>>());
    let aware = graph.columns(&values, 0, embeddings.layout().aware);
    let column = fields[..scenario]
        .iter()
        .filter(|f| f.kind() == InputKind::Id)
        .count();
    let column = graph.ids("scenario", &[], &[column as i32]);
    let scenario = graph.gather(&ids, &column, 1);
    Input {
        values,
        aware,
        scenario,
    }
}

fn runs(fields: &[InputField]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut seen = [0, 0, 0];
    for field in fields {
        let kind = field.kind();
        let count = &mut seen[match kind {
            InputKind::Id => 0,
            InputKind::Dense => 1,
            InputKind::Bag => 2,
        }];
        match runs.last_mut() {
            Some(run) if run.kind == kind && kind != InputKind::Bag => run.to += 1,
            _ => runs.push(Run {
                kind,
                from: *count,
                to: *count + 1,
            }),
        }
        *count += 1;
    }
    runs
}

/// There is at least one: the scenario.
fn ids_input(graph: &mut Graph, fields: &[&InputField]) -> Value {
    let names: Vec<&str> = fields.iter().map(|f| f.name()).collect();
    let doc = format!("ids of {}; 0 unknown, 1 missing", names.join(", "));
    graph.ids_input(IDS, [rows(), Axis::Fixed(fields.len())], &doc)
}

/// The dense fields, standardised; NaN is a missing value and becomes the mean.
fn dense_input(graph: &mut Graph, fields: &[&InputField]) -> Option<Value> {
    if fields.is_empty() {
        return None;
    }
    let names: Vec<&str> = fields.iter().map(|f| f.name()).collect();
    let doc = format!("{} as in the log; NaN missing", names.join(", "));
    let dense = graph.dense_input(DENSE, [rows(), Axis::Fixed(fields.len())], &doc);
    let (mean, std): (Vec<f32>, Vec<f32>) = fields
        .iter()
        .map(|field| match field.vocabulary() {
            Vocabulary::Standard { mean, std } => (*mean, *std),
            _ => (0.0, 1.0),
        })
        .unzip();
    let mean = graph.floats("dense.mean", &[fields.len()], &mean);
    let std = graph.floats("dense.std", &[fields.len()], &std);
    let centred = graph.node("Sub", &[&dense, &mean], &[]);
    let standard = graph.node("Div", &[&centred, &std], &[]);
    // As Vocabulary::dense has it: an infinite number, too, stays a number on its way through the network.
    let (lowest, highest) = (
        graph.number("lowest", -FURTHEST),
        graph.number("highest", FURTHEST),
    );
    let standard = graph.node("Clip", &[&standard, &lowest, &highest], &[]);
    let missing = graph.node("IsNaN", &[&dense], &[]);
    let zero = graph.number("zero", 0.0);
    Some(graph.node("Where", &[&missing, &zero, &standard], &[]))
}

struct SingleTable {
    table: Value,
    /// Where each field's rows start.
    offsets: Vec<i32>,
}

/// The tables of all single-valued fields as one, so that a batch needs one look-up.
fn single_table(graph: &mut Graph, fields: &[InputField], embeddings: &Embeddings) -> SingleTable {
    let mut offsets = Vec::new();
    let mut all = Vec::new();
    for (field, table) in fields.iter().zip(&embeddings.tables) {
        if field.kind() == InputKind::Id {
            offsets.push((all.len() / embeddings.dim.max(1)) as i32);
            all.extend_from_slice(table.as_deref().unwrap_or_default());
        }
    }
    let rows = all.len() / embeddings.dim.max(1);
    SingleTable {
        table: graph.floats("embedding", &[rows, embeddings.dim], &all),
        offsets,
    }
}

/// The mean of the vectors of a row's ids; the vector of a missing value where there are none.
fn bag(graph: &mut Graph, field: &InputField, table: &[f32], dim: usize) -> Value {
    let name = field.name();
    let longest = Axis::Named(format!("{name}.values"));
    let doc = format!("ids of {name}, −1 behind the last; 0 unknown");
    let ids = graph.ids_input(&format!("bag.{name}"), [rows(), longest], &doc);
    let size = table.len() / dim.max(1);
    let missing = &table[MISSING as usize * dim..FIRST_VALUE as usize * dim];
    let missing = graph.floats(&format!("embedding.{name}.missing"), &[1, dim], missing);
    let table = graph.floats(&format!("embedding.{name}"), &[size, dim], table);

    let zero_id = graph.ids("none", &[], &[0]);
    let there = graph.node("GreaterOrEqual", &[&ids, &zero_id], &[]);
    let ids = graph.node("Where", &[&there, &ids, &zero_id], &[]);
    let weight = graph.node("Cast", &[&there], &[super::graph::Set::Int("to", 1)]);
    let vectors = graph.gather(&table, &ids, 0);
    let column = graph.unsqueeze(&weight, &[-1]);
    let weighted = graph.multiply(&vectors, &column);
    let sum = graph.sum(&weighted, &[1]);
    let count = graph.sum(&weight, &[1]);
    let count = graph.unsqueeze(&count, &[-1]);
    let one = graph.number("one", 1.0);
    let divisor = graph.node("Max", &[&count, &one], &[]);
    let mean = graph.node("Div", &[&sum, &divisor], &[]);
    let some = graph.node("GreaterOrEqual", &[&count, &one], &[]);
    graph.node("Where", &[&some, &mean, &missing], &[])
}
