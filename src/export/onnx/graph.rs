//! Builds a graph, one operator a call.

use super::proto::{
    self, Attribute, Dimension, FLOAT, INT32, INT64, Node, Shape, Size, Tensor, TensorType, Type,
    ValueInfo,
};
use crate::scorer::Linear;

/// A tensor of the graph.
#[derive(Debug, Clone)]
pub(super) struct Value(String);

/// One dimension of an input or output.
#[derive(Debug, Clone)]
pub(super) enum Axis {
    Fixed(usize),
    Named(String),
}

/// The dimension of the batch.
pub(super) fn rows() -> Axis {
    Axis::Named("rows".to_owned())
}

/// A graph under construction.
#[derive(Default)]
pub(super) struct Graph {
    nodes: Vec<Node>,
    constants: Vec<Tensor>,
    inputs: Vec<ValueInfo>,
}

/// A setting of an operator.
pub(super) enum Set<'a> {
    Int(&'static str, i64),
    Ints(&'static str, &'a [i64]),
}

impl Graph {
    /// An input of ids.
    pub(super) fn ids_input(&mut self, name: &str, shape: [Axis; 2], doc: &str) -> Value {
        self.inputs.push(info(name, INT32, &shape, doc));
        Value(name.to_owned())
    }

    /// An input of numbers.
    pub(super) fn dense_input(&mut self, name: &str, shape: [Axis; 2], doc: &str) -> Value {
        self.inputs.push(info(name, FLOAT, &shape, doc));
        Value(name.to_owned())
    }

    /// A constant of floats.
    pub(super) fn floats(&mut self, name: &str, dims: &[usize], data: &[f32]) -> Value {
        let bytes = data.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.constant(name, dims, FLOAT, bytes)
    }

    /// A constant of one number.
    pub(super) fn number(&mut self, name: &str, value: f32) -> Value {
        self.floats(name, &[], &[value])
    }

    /// A constant of whole numbers: shapes, axes, places.
    pub(super) fn ints(&mut self, name: &str, data: &[i64]) -> Value {
        let bytes = data.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.constant(name, &[data.len()], INT64, bytes)
    }

    /// A constant of ids.
    pub(super) fn ids(&mut self, name: &str, dims: &[usize], data: &[i32]) -> Value {
        let bytes = data.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.constant(name, dims, INT32, bytes)
    }

    fn constant(&mut self, name: &str, dims: &[usize], data_type: i32, raw: Vec<u8>) -> Value {
        let dims: Vec<i64> = dims.iter().map(|d| *d as i64).collect();
        let mut tensor = Tensor {
            dims,
            data_type,
            name: name.to_owned(),
            raw_data: raw,
        };
        // Shapes and axes recur: the same constant stands in the file once.
        let mut copies = 1;
        while let Some(there) = self.constants.iter().find(|c| c.name == tensor.name) {
            if *there == tensor {
                return Value(tensor.name);
            }
            copies += 1;
            tensor.name = format!("{name}.{copies}");
        }
        let value = Value(tensor.name.clone());
        self.constants.push(tensor);
        value
    }

    /// An operator of one output.
    pub(super) fn node(&mut self, op: &str, inputs: &[&Value], settings: &[Set<'_>]) -> Value {
        let name = format!("{op}.{}", self.nodes.len());
        let attribute = settings.iter().map(|set| match *set {
            Set::Int(name, i) => Attribute {
                name: name.to_owned(),
                i,
                ints: Vec::new(),
                r#type: Attribute::INT,
            },
            Set::Ints(name, ints) => Attribute {
                name: name.to_owned(),
                i: 0,
                ints: ints.to_vec(),
                r#type: Attribute::INTS,
            },
        });
        self.nodes.push(Node {
            input: inputs.iter().map(|v| v.0.clone()).collect(),
            output: vec![name.clone()],
            op_type: op.to_owned(),
            attribute: attribute.collect(),
            name: name.clone(),
        });
        Value(name)
    }

    /// a + b.
    pub(super) fn add(&mut self, a: &Value, b: &Value) -> Value {
        self.node("Add", &[a, b], &[])
    }

    /// a ⊙ b.
    pub(super) fn multiply(&mut self, a: &Value, b: &Value) -> Value {
        self.node("Mul", &[a, b], &[])
    }

    /// The matrix product over the last two axes.
    pub(super) fn product(&mut self, a: &Value, b: &Value) -> Value {
        self.node("MatMul", &[a, b], &[])
    }

    /// max(0, x).
    pub(super) fn relu(&mut self, x: &Value) -> Value {
        self.node("Relu", &[x], &[])
    }

    /// scale · σ(x).
    pub(super) fn sigmoid(&mut self, x: &Value, scale: f32) -> Value {
        let sigmoid = self.node("Sigmoid", &[x], &[]);
        if scale == 1.0 {
            return sigmoid;
        }
        let scale = self.number("scale", scale);
        self.multiply(&sigmoid, &scale)
    }

    /// Softmax over the last axis.
    pub(super) fn softmax(&mut self, x: &Value) -> Value {
        self.node("Softmax", &[x], &[Set::Int("axis", -1)])
    }

    /// The same numbers in another shape; 0 keeps the axis at its place, −1 is what is left.
    pub(super) fn reshape(&mut self, x: &Value, shape: &[i64]) -> Value {
        let shape = self.ints("shape", shape);
        self.node("Reshape", &[x, &shape], &[])
    }

    /// The axes in another order.
    pub(super) fn transpose(&mut self, x: &Value, order: &[i64]) -> Value {
        self.node("Transpose", &[x], &[Set::Ints("perm", order)])
    }

    /// x with axes of one inserted.
    pub(super) fn unsqueeze(&mut self, x: &Value, axes: &[i64]) -> Value {
        let axes = self.ints("axes", axes);
        self.node("Unsqueeze", &[x, &axes], &[])
    }

    /// The sum over `axes`, which go.
    pub(super) fn sum(&mut self, x: &Value, axes: &[i64]) -> Value {
        let axes = self.ints("axes", axes);
        self.node("ReduceSum", &[x, &axes], &[Set::Int("keepdims", 0)])
    }

    /// One after the other along the last axis.
    pub(super) fn concat(&mut self, parts: &[&Value]) -> Value {
        match parts {
            [one] => (*one).clone(),
            _ => self.node("Concat", parts, &[Set::Int("axis", -1)]),
        }
    }

    /// Columns `from..to` of the last axis.
    pub(super) fn columns(&mut self, x: &Value, from: usize, to: usize) -> Value {
        let start = self.ints("place", &[from as i64]);
        let end = self.ints("place", &[to as i64]);
        let axis = self.ints("axes", &[-1]);
        self.node("Slice", &[x, &start, &end, &axis], &[])
    }

    /// What `places`, ids or whole numbers, point at along `axis`.
    pub(super) fn gather(&mut self, x: &Value, places: &Value, axis: i64) -> Value {
        self.node("Gather", &[x, places], &[Set::Int("axis", axis)])
    }

    /// W x + b for each row.
    pub(super) fn linear(&mut self, name: &str, linear: &Linear, x: &Value) -> Value {
        let dims = [linear.outputs, linear.inputs];
        let weight = self.floats(&format!("{name}.weight"), &dims, &linear.weight);
        let bias = self.floats(&format!("{name}.bias"), &dims[..1], &linear.bias);
        self.node("Gemm", &[x, &weight, &bias], &[Set::Int("transB", 1)])
    }

    /// Several layers of one shape side by side: W_k x_k + b_k, in the leading axes `lead`, whose product is the
    /// number of layers. x has those axes too, or lacks them where all see the same rows.
    pub(super) fn linears(
        &mut self,
        name: &str,
        lead: &[usize],
        linears: &[Linear],
        x: &Value,
    ) -> Value {
        let (outputs, inputs) = linears.first().map_or((0, 0), |l| (l.outputs, l.inputs));
        let mut weight = Vec::with_capacity(linears.len() * outputs * inputs);
        for linear in linears {
            for i in 0..inputs {
                weight.extend((0..outputs).map(|o| linear.weight[o * inputs + i]));
            }
        }
        let bias: Vec<f32> = linears.iter().flat_map(|l| &l.bias).copied().collect();
        let weight = self.floats(
            &format!("{name}.weight"),
            &[lead, &[inputs, outputs]].concat(),
            &weight,
        );
        let bias = self.floats(
            &format!("{name}.bias"),
            &[lead, &[1, outputs]].concat(),
            &bias,
        );
        let product = self.product(x, &weight);
        self.add(&product, &bias)
    }

    /// The finished graph with one output a row.
    pub(super) fn finish(mut self, name: &str, output: &Value) -> proto::Graph {
        // The name that users see is that of the last operator's output.
        for node in &mut self.nodes {
            for out in &mut node.output {
                if *out == output.0 {
                    name.clone_into(out);
                }
            }
        }
        proto::Graph {
            node: self.nodes,
            name: "mi-dpg".to_owned(),
            initializer: self.constants,
            input: self.inputs,
            output: vec![info(
                name,
                FLOAT,
                &[rows()],
                "the conversion rate of each row",
            )],
        }
    }
}

fn info(name: &str, elem_type: i32, shape: &[Axis], doc: &str) -> ValueInfo {
    let dim = shape.iter().map(|axis| Dimension {
        size: Some(match axis {
            Axis::Fixed(n) => Size::Fixed(*n as i64),
            Axis::Named(name) => Size::Named(name.clone()),
        }),
    });
    ValueInfo {
        name: name.to_owned(),
        r#type: Some(Type {
            tensor_type: Some(TensorType {
                elem_type,
                shape: Some(Shape { dim: dim.collect() }),
            }),
        }),
        doc_string: doc.to_owned(),
    }
}
