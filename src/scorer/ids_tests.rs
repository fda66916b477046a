use super::*;
use crate::data::FieldColumn;
use crate::data::synth::{Effect, Preset, SynthOptions, dataset};

fn encoded() -> (crate::data::Dataset, Vec<u32>, Vec<u32>, Vec<f32>) {
    let options = SynthOptions {
        preset: Preset::Iaac,
        rows: 40,
        seed: 2,
        effect: Effect::None,
        truth: false,
    };
    let data = dataset(&options).unwrap();
    let (mut ids, mut offsets, mut dense) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..data.columns.rows {
        for column in &data.columns.fields {
            match column {
                FieldColumn::Ids(values) => ids.push(values[row]),
                FieldColumn::Dense(values) => dense.push(values[row]),
                FieldColumn::Bags { .. } => {}
            }
        }
    }
    for column in &data.columns.fields {
        if let FieldColumn::Bags { offsets: o, ids: i } = column {
            offsets.extend(o);
            ids.extend(i);
        }
    }
    (data, ids, offsets, dense)
}

#[test]
fn ids_of_every_kind_of_field_become_the_columns_they_came_from() {
    let (data, ids, offsets, dense) = encoded();
    let rows = data.columns.rows;
    let given = Ids {
        ids: &ids,
        offsets: &offsets,
        dense: &dense,
        rows,
    };
    let layout = IdLayout::new(data.encoder.fields());
    let checked = layout.check(given).unwrap();
    for (field, column) in data.columns.fields.iter().enumerate() {
        for row in 0..rows {
            match (column, checked.cell(field, row)) {
                (FieldColumn::Ids(ids), Cell::Id(id)) => assert_eq!(ids[row], id),
                (FieldColumn::Bags { offsets, ids }, Cell::Bag(bag)) => {
                    assert_eq!(&ids[offsets[row] as usize..offsets[row + 1] as usize], bag);
                }
                (FieldColumn::Dense(_), Cell::Number(number)) => assert!(number.is_finite()),
                _ => panic!("another kind"),
            }
        }
    }
    assert!(offsets.len() > rows, "there are bags");
    let none = Ids {
        ids: &[],
        offsets: &[0].repeat(offsets.len() / (rows + 1)),
        dense: &[],
        rows: 0,
    };
    assert_eq!(layout.check(none).unwrap().len(), 0);
}

#[test]
fn what_does_not_fit_is_named() {
    let (data, ids, offsets, dense) = encoded();
    let rows = data.columns.rows;
    let given = Ids {
        ids: &ids,
        offsets: &offsets,
        dense: &dense,
        rows,
    };
    let layout = IdLayout::new(data.encoder.fields());
    let refused = |given: Ids<'_>| layout.check(given).unwrap_err().to_string();
    assert!(
        refused(Ids {
            rows: rows + 1,
            ..given
        })
        .contains("offsets has")
    );
    assert!(
        refused(Ids {
            rows: usize::MAX,
            ..given
        })
        .contains("offsets has")
    );
    assert!(
        refused(Ids {
            ids: &ids[..5],
            ..given
        })
        .contains("ids has 5 numbers")
    );
    assert!(
        refused(Ids {
            ids: &ids[..ids.len() - 1],
            ..given
        })
        .contains("offsets")
    );
    let mut more = ids.clone();
    more.push(1);
    assert!(
        refused(Ids {
            ids: &more,
            ..given
        })
        .contains("1 fewer")
    );
    let mut large = ids.clone();
    large[3] = u32::MAX;
    assert!(
        refused(Ids {
            ids: &large,
            ..given
        })
        .contains("row 0: the id 4294967295")
    );
    let mut falling = offsets.clone();
    falling[1] = 0;
    falling[2] = u32::MAX;
    assert!(
        refused(Ids {
            offsets: &falling,
            ..given
        })
        .contains("never fall")
    );
}

#[test]
fn a_number_without_bound_is_named() {
    let schema = "[label]\ncolumn = 'y'\npositive = [1]\n[scenario]\nfield = 's'\n\
        [[fields]]\nname = 's'\nkind = 'categorical'\nrole = 'scenario'\n\
        [[fields]]\nname = 'price'\nkind = 'numeric'\nstandardise = true\n";
    let schema = crate::schema::Schema::parse(schema, "s").unwrap();
    let rows: String = (0..40).map(|i| format!("a,{i},{}\n", i % 2)).collect();
    let log = format!("s,price,y\n{rows}");
    let data = crate::data::load(log.as_bytes(), "l", &schema, Default::default()).unwrap();
    let layout = IdLayout::new(data.encoder.fields());
    let check = |dense: [f32; 2]| {
        let given = Ids {
            ids: &[2, 2],
            offsets: &[],
            dense: &dense,
            rows: 2,
        };
        layout.check(given).map(|checked| checked.len())
    };
    assert_eq!(check([f32::NAN, f32::MAX]).unwrap(), 2);
    let said = check([1.0, f32::NEG_INFINITY]).unwrap_err().to_string();
    assert!(
        said.starts_with("column \"price\": row 1: the number is infinite"),
        "{said}"
    );
}
