package dev.filigree.app.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Rng;
import dev.filigree.report.Column;
import dev.filigree.report.RunRecord;
import dev.filigree.report.Table;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class HtmlReportTest {

    private static LinePlot recovery() {
        Rng rng = new Rng(3);
        List<LinePlot.Point> cosine = new ArrayList<>();
        List<LinePlot.Point> spearman = new ArrayList<>();
        for (int i = 0; i <= 20; i++) {
            cosine.add(new LinePlot.Point(i * 15, 0.91 - 0.31 * Math.exp(-i / 4.0) + 0.004 * rng.nextGaussian()));
            spearman.add(new LinePlot.Point(i * 15, 0.858 - 0.03 * Math.exp(-i / 3.0) + 0.001 * rng.nextGaussian()));
        }
        return new LinePlot("Quality against time of recovery", "seconds of recovery", "cosine, Spearman",
                List.of(new LinePlot.Series("cosine to dense", cosine), new LinePlot.Series("STS-B Spearman", spearman)),
                List.of(new LinePlot.Level("dense 0.867", 0.867)));
    }

    private static ColumnPlot layers() {
        Rng rng = new Rng(4);
        double[][] values = new double[6][6];
        for (double[] row : values) {
            for (int i = 0; i < row.length; i++) {
                row[i] = 70 + 20 * rng.nextFloat();
            }
        }
        return new ColumnPlot("Sparsity of each layer", "per cent of zeros", IntStream.range(0, 6).mapToObj(i -> "layer " + i).toList(),
                List.of("query", "key", "value", "out", "up", "down"), values, 100);
    }

    private static BarPlot speed() {
        List<BarPlot.Group> groups = new ArrayList<>();
        for (int batch : new int[] {1, 32}) {
            groups.add(new BarPlot.Group("batch " + batch + ", 64 tokens", List.of(
                    new BarPlot.Bar("Filigree dense", 0, 120.4 * batch / 32 + 60, ""),
                    new BarPlot.Bar("Filigree sparse", 1, 260.2 * batch / 32 + 80, "2.1x"),
                    new BarPlot.Bar("ONNX Runtime fp32", 2, 156 * batch / 32.0 + 70, ""),
                    new BarPlot.Bar("ONNX Runtime int8", 3, Double.NaN, ""))));
        }
        return new BarPlot("Sentences a second", "a second", 0, groups);
    }

    private static String page() {
        Table table = new Table("Models", Column.text("model"), Column.percent("sparsity", 1), Column.bytes("on disk"), Column.number("cosine", 3), Column.ratio("speed"))
                .row("dense", 0.0, 90_900_000L, 1.0, 1.0)
                .row("sparse <80 %>", 0.8, 21_000_000L, 0.912, 2.13);
        return new HtmlReport("all-MiniLM-L6-v2 at 80 % sparsity", "SparseGPT, unstructured, recovered for 5 min on 2 threads")
                .figure("80.0 %", "of the linear weights are zero").figure("0.912", "cosine to dense").figure("98.9 %", "of the dense Spearman").figure("2.13x", "dense speed")
                .verdict("use the sparse model on this machine", List.of("speed: sparse is fastest", "size: sparse is smallest"))
                .heading("Quality").plot(recovery()).heading("Layers").plot(layers()).heading("Speed").plot(speed()).table(table)
                .folded("Every layer", table)
                .provenance(RunRecord.start("sparsify minilm", 1, 2, "vector 512 bit", Map.of("sparsity", "80%"), Map.of("text", "50,000 sentences")).finished())
                .html();
    }

    @Test
    void thePageNeedsNoOtherFileAndNoScript() throws Exception {
        String page = page();
        assertFalse(page.contains("<script") || page.contains("href=") || page.contains("src=") || page.contains("url("), "self-contained");
        assertTrue(page.contains("prefers-color-scheme: dark"));
        assertTrue(page.contains("sparse &lt;80 %&gt;"), "text is escaped");
        assertFalse(page.contains("NaN"));
        Files.writeString(Path.of("target", "example-report.html"), page); // to look at
    }

    @Test
    void everyDrawingIsWellFormedAndInsideItsFrame() throws Exception {
        LinePlot empty = new LinePlot("empty", "x", "y", List.of(new LinePlot.Series("s", List.of(new LinePlot.Point(0, Double.NaN)))), List.of());
        LinePlot one = new LinePlot("one", "x", "y", List.of(new LinePlot.Series("s", List.of(new LinePlot.Point(3, 0.5)))), List.of());
        for (Plot plot : List.of(recovery(), layers(), speed(), empty, one)) {
            var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(plot.svg())));
            String[] box = document.getDocumentElement().getAttribute("viewBox").split(" ");
            for (String tag : List.of("text", "circle")) {
                var shapes = document.getElementsByTagName(tag);
                for (int i = 0; i < shapes.getLength(); i++) {
                    var a = shapes.item(i).getAttributes();
                    String prefix = tag.equals("text") ? "" : "c";
                    double x = Double.parseDouble(a.getNamedItem(prefix + "x").getNodeValue());
                    double y = Double.parseDouble(a.getNamedItem(prefix + "y").getNodeValue());
                    assertTrue(x >= 0 && x <= Double.parseDouble(box[2]) && y >= 0 && y <= Double.parseDouble(box[3]), plot.title() + " " + x + " " + y);
                }
            }
        }
    }

    @Test
    void ticksStandAtRoundNumbers() {
        assertEquals(List.of(0.0, 50.0, 100.0, 150.0, 200.0, 250.0, 300.0), new Scale(0, 300, 0, 1).ticks(7));
        Scale s = Scale.round(0.613, 0.912, 5, 0, 100);
        assertEquals(0.6, s.from(), 1e-9);
        assertEquals(1.0, s.to(), 1e-9);
        assertEquals("0.7", s.label(s.ticks(5).get(1), 5));
        assertEquals(50, new Scale(0, 10, 0, 100).at(5), 1e-9);
    }
}
