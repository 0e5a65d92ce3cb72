package dev.filigree.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportTest {

    private static Table sample() {
        return new Table("Layers", Column.text("layer"), Column.percent("sparsity", 1), Column.bytes("on disk"), Column.ratio("speed-up"))
                .row("0.query", 0.8, 1_234_567L, 2.0)
                .row("0.out <b>", 0.25, 999L, Double.NaN);
    }

    @Test
    void textIsAlignedAndCarriesUnits() {
        assertEquals("""
                Layers
                layer      sparsity  on disk  speed-up
                ---------  --------  -------  --------
                0.query      80.0 %   1.2 MB     2.00x
                0.out <b>    25.0 %    999 B         -
                """, sample().text());
    }

    @Test
    void longTextIsWrappedInsideTheWidth() {
        String text = new Table("", Column.text("name"), Column.text("summary")).row("wanda", "absolute weight times the norm of its input").text(32);
        assertEquals("""
                name   summary
                -----  -------------------------
                wanda  absolute weight times the
                       norm of its input
                """, text);
    }

    @Test
    void markdownHtmlAndJsonShowTheSameRows() {
        assertEquals("""
                | layer | sparsity | on disk | speed-up |
                | --- | ---: | ---: | ---: |
                | 0.query | 80.0 % | 1.2 MB | 2.00x |
                | 0.out <b> | 25.0 % | 999 B | - |
                """, sample().markdown());
        assertTrue(sample().html().contains("<td>0.out &lt;b&gt;</td><td class=\"n\">25.0 %</td>"), sample().html());
        assertEquals("[{\"layer\":\"0.query\",\"sparsity\":0.8,\"on_disk\":1234567,\"speed_up\":2.0},"
                + "{\"layer\":\"0.out <b>\",\"sparsity\":0.25,\"on_disk\":999,\"speed_up\":null}]", Json.line(sample()));
    }

    @Test
    void aRowHasOneValueForEachColumn() {
        assertThrows(IllegalArgumentException.class, () -> sample().row("only one"));
    }

    @ParameterizedTest
    @CsvSource({"0,0 us", "0.00082,820 us", "0.0131,13.1 ms", "4.25,4.3 s", "59.9,59.9 s", "59.96,1 min 00 s", "185,3 min 05 s", "7800,2 h 10 min"})
    void durationsAreReadable(double seconds, String text) {
        assertEquals(text, Units.seconds(seconds));
    }

    @ParameterizedTest
    @CsvSource({"0,0 B", "999,999 B", "1000,1.0 kB", "999960,1.0 MB", "90400000,90.4 MB", "12345678901,12.3 GB"})
    void bytesAreReadable(long bytes, String text) {
        assertEquals(text, Units.bytes(bytes));
    }

    @Test
    void aRunRecordSaysWhereItRanAndSurvivesJson() {
        RunRecord run = RunRecord.start("sparsify minilm", 7, 2, "vector 512 bit", Map.of("sparsity", "80%"), Map.of("sts-b", "1500 pairs")).finished();
        String json = Json.pretty(run);
        assertTrue(json.contains("\"seed\" : 7") && json.contains("\"processor\" : ") && json.contains("\"sparsity\" : \"80%\""), json);
        assertTrue(run.table().text().contains("vector 512 bit"));
    }

    @Test
    void whatMayBeAbsentIsNullAndAPathIsItsText() {
        record Some(OptionalDouble error, Optional<String> name, OptionalLong count, Path inFolder, double[] rates) {}
        assertEquals("{\"error\":0.5,\"name\":null,\"count\":null,\"in_folder\":\"a/b\",\"rates\":[1.0,null]}",
                Json.line(new Some(OptionalDouble.of(0.5), Optional.empty(), OptionalLong.empty(), Path.of("a", "b"), new double[] {1, Double.NaN})));
    }

    @Test
    void eventsAreOneLine() {
        assertEquals("{\"event\":\"stage\",\"name\":\"load\",\"seconds\":null}", Json.event("stage", "name", "load", "seconds", Double.NaN));
    }

    @Test
    void progressInALogIsSparse() {
        AtomicLong clock = new AtomicLong();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Progress progress = new Progress(new PrintStream(bytes, true, StandardCharsets.UTF_8), false, 80, clock::get);
        try (Progress.Stage stage = progress.stage("recover", 100)) {
            for (int i = 1; i <= 40; i++) {
                clock.addAndGet(1_000_000_000L);
                stage.at(i, "loss 0." + i);
            }
        }
        assertEquals("""
                recover   15 %  1 min 25 s left  loss 0.15
                recover   30 %  1 min 10 s left  loss 0.30
                recover                40.0 s  loss 0.40
                """, bytes.toString(StandardCharsets.UTF_8).replace("\r\n", "\n"));
    }

    @Test
    void progressOnATerminalRedrawsOneLineInsideTheWidth() {
        AtomicLong clock = new AtomicLong();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Progress progress = new Progress(new PrintStream(bytes, true, StandardCharsets.UTF_8), true, 40, clock::get);
        try (Progress.Stage stage = progress.stage("calibrate", 10)) {
            for (int i = 1; i <= 10; i++) {
                clock.addAndGet(500_000_000L);
                stage.add(1);
            }
        }
        String text = bytes.toString(StandardCharsets.UTF_8);
        assertEquals(text.indexOf('\n'), text.length() - 1, "one finished line");
        for (String drawn : text.strip().split("\r")) {
            assertTrue(drawn.replace("\033[K", "").length() < 40, drawn);
        }
        assertFalse(text.contains("10 %  "), "no time left is promised before there is evidence");
    }
}
