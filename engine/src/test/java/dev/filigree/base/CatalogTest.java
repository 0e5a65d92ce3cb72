package dev.filigree.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Catalog.Axis;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Catalog.Shelf;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogTest {

    private static final Shelf<String> CRITERIA = Catalog.shelf(Axis.CRITERION,
            Catalog.entry("magnitude", "Han et al. 2015", "|weight|", () -> "magnitude"),
            Catalog.entry("sparsegpt", "Frantar and Alistarh 2023", "second order", List.of(
                    Option.of("block", 128, "columns"), Option.of("damp", 0.01, "share of the mean diagonal")),
                    s -> "sparsegpt " + s.integer("block") + " " + s.number("damp")));

    private static final Shelf<String> PATTERNS = Catalog.shelf(Axis.PATTERN,
            Catalog.entry("unstructured", "", "any weight", () -> "unstructured"),
            Catalog.entry("N:M", "", "N of M kept", List.of(Option.of("N", 2, "kept"), Option.of("M", 4, "of")),
                    s -> s.integer("N") + " of " + s.integer("M")),
            Catalog.entry("Rx1", "", "blocks", List.of(Option.of("R", 4, "rows")), s -> s.integer("R") + " rows"));

    @Test
    void aPartIsMadeByName() {
        assertEquals("magnitude", CRITERIA.make("magnitude"));
        assertEquals("magnitude", CRITERIA.make(" Magnitude "));
    }

    @Test
    void settingsReplacePresets() {
        assertEquals("sparsegpt 128 0.01", CRITERIA.make("sparsegpt"));
        assertEquals("sparsegpt 128 0.01", CRITERIA.make("sparsegpt()"));
        assertEquals("sparsegpt 64 0.01", CRITERIA.make("sparsegpt(block=64)"));
        assertEquals("sparsegpt 64 0.5", CRITERIA.make("sparsegpt( block = 64 , damp=0.5 )"));
    }

    @Test
    void capitalsInANameAreNumbersToFillIn() {
        assertEquals("2 of 4", PATTERNS.make("2:4"));
        assertEquals("4 of 8", PATTERNS.make("4:8"));
        assertEquals("16 rows", PATTERNS.make("16x1"));
        assertEquals("2:4", PATTERNS.find("1:4").example());
        assertEquals("2 of 4", PATTERNS.find("1:4").make());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "magnitud          | unknown criterion 'magnitud' - did you mean magnitude? (choices: magnitude, sparsegpt)",
        "sparse-gpt2       | unknown criterion 'sparse-gpt2' - did you mean sparsegpt? (choices: magnitude, sparsegpt)",
        "zzz               | unknown criterion 'zzz' (choices: magnitude, sparsegpt)",
        "sparsegpt(blok=1) | setting 'blok' of sparsegpt: unknown, expected one of block, damp - did you mean block?",
        "sparsegpt(block)  | criterion 'sparsegpt(block)': found 'block', expected setting=value",
        "sparsegpt(block=1 | criterion 'sparsegpt(block=1': expected name(setting=value,...), the last ')' is missing",
        "sparsegpt(block=x)| setting 'block' of sparsegpt: found 'x', expected a whole number",
        "sparsegpt(damp=NaN)| setting 'damp' of sparsegpt: found 'NaN', expected a number",
        "magnitude(p=2)    | setting 'p' of magnitude: it has no settings, leave out the parentheses",
    })
    void aWrongRequestIsOneLineThatHelps(String asked, String line) {
        assertEquals(line, assertThrows(UserError.class, () -> CRITERIA.make(asked)).getMessage());
    }

    @Test
    void aNameIsUniqueOnItsAxis() {
        assertThrows(IllegalArgumentException.class, () -> Catalog.shelf(Axis.PATTERN,
                Catalog.entry("same", "", "", () -> 1), Catalog.entry("same", "", "", () -> 2)));
    }

    @Test
    void aCatalogListsEveryShelfOfAnAxis() {
        Catalog all = new Catalog(List.of(CRITERIA, PATTERNS, Catalog.shelf(Axis.PATTERN, Catalog.entry("head", "", "", () -> 1))));
        assertEquals(List.of("unstructured", "N:M", "Rx1", "head"), all.on(Axis.PATTERN).stream().map(Catalog.Entry::name).toList());
        assertTrue(all.on(Axis.MODEL).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"kitten,sitting,3", "ab,ba,1", "'',abc,3", "same,same,0"})
    void editDistanceCountsSwapsOfNeighboursOnce(String a, String b, int distance) {
        assertEquals(distance, Near.editDistance(a, b));
    }
}
