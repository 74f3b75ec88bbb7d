//! Plots of a report, as SVG.

use plotters::prelude::*;

use crate::envelope::Envelope;

const COLOURS: [RGBColor; 6] = [
    RGBColor(150, 150, 150),
    RGBColor(40, 110, 190),
    RGBColor(220, 120, 20),
    RGBColor(30, 30, 30),
    RGBColor(60, 150, 60),
    RGBColor(170, 60, 150),
];

fn colour(index: usize) -> RGBColor {
    COLOURS[index % COLOURS.len()]
}

type Drawn = Result<(), Box<dyn std::error::Error>>;

/// Time to result against size of the work, both logarithmic.
pub fn envelope(envelope: &Envelope) -> String {
    let mut svg = String::new();
    let drawn = draw_envelope(envelope, &mut svg);
    if drawn.is_ok() { svg } else { String::new() }
}

fn draw_envelope(envelope: &Envelope, svg: &mut String) -> Drawn {
    let points = || envelope.lines.iter().flat_map(|line| &line.points);
    let sizes = points().map(|p| p.0 as f64);
    let (low, high) = range(sizes);
    let (fast, slow) = range(points().map(|p| p.1));
    let area = SVGBackend::with_string(svg, (900, 520)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(
            format!("Time to result: {}", envelope.name),
            ("sans-serif", 20),
        )
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(70)
        .build_cartesian_2d((low..high).log_scale(), (fast..slow).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("size of the work (iterations)")
        .y_desc("CPU time, seconds")
        .x_label_formatter(&|x| format!("{x:.0e}"))
        .y_label_formatter(&|y| format!("{y:.0e}"))
        .draw()?;
    for (index, line) in envelope.lines.iter().enumerate() {
        let style = colour(index).stroke_width(2);
        let points = line.points.iter().map(|p| (p.0 as f64, p.1));
        chart
            .draw_series(LineSeries::new(points.clone(), style))?
            .label(line.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], style));
        chart.draw_series(points.map(|p| Circle::new(p, 2, colour(index).filled())))?;
    }
    chart
        .configure_series_labels()
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK)
        .position(SeriesLabelPosition::UpperLeft)
        .draw()?;
    area.present()?;
    Ok(())
}

fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values.fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
    if low < high { (low, high) } else { (0.1, 1.0) }
}

/// Bars of ratios, one group a kernel, on a logarithmic scale.
pub fn ratios(title: &str, names: &[&str], series: &[(&str, Vec<Option<f64>>)]) -> String {
    let mut svg = String::new();
    let drawn = draw_ratios(title, names, series, &mut svg);
    if drawn.is_ok() { svg } else { String::new() }
}

fn draw_ratios(
    title: &str,
    names: &[&str],
    series: &[(&str, Vec<Option<f64>>)],
    svg: &mut String,
) -> Drawn {
    let values = series.iter().flat_map(|s| s.1.iter().flatten().copied());
    let (low, high) = range(values.chain([1.0]));
    let low = low.min(0.5);
    let area = SVGBackend::with_string(svg, (900, 420)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d(0.0..names.len() as f64, (low..high * 1.2).log_scale())?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(names.len() * 2 + 1)
        .x_label_formatter(&|x| {
            let inside = (x.fract() - 0.5).abs() < 0.01;
            let name = names.get(*x as usize).filter(|_| inside);
            name.map_or(String::new(), |name| (*name).to_owned())
        })
        .y_desc("times sx -O2")
        .draw()?;
    let width = 0.8 / series.len().max(1) as f64;
    for (index, (name, values)) in series.iter().enumerate() {
        let style = colour(index + 1).filled();
        let bars = values.iter().enumerate().filter_map(|(at, value)| {
            let left = at as f64 + 0.1 + index as f64 * width;
            value.map(|v| Rectangle::new([(left, low), (left + width * 0.9, v.max(low))], style))
        });
        chart
            .draw_series(bars)?
            .label(*name)
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 12, y + 5)], style));
    }
    chart.draw_series(LineSeries::new(
        [(0.0, 1.0), (names.len() as f64, 1.0)],
        BLACK,
    ))?;
    chart
        .configure_series_labels()
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK)
        .draw()?;
    area.present()?;
    Ok(())
}
