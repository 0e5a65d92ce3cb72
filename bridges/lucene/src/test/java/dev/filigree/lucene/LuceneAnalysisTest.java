package dev.filigree.lucene;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LuceneAnalysisTest {

    @Test
    void englishDropsStopWordsAndCutsStems() {
        assertEquals(List.of("how", "wing", "boundari", "layer", "heat", "heat", "mach", "2.5"),
                LuceneAnalysis.ENGLISH.apply("How are the Wing's boundary-layers heated, and heating, at Mach 2.5?"));
    }

    @Test
    void standardKeepsEveryWord() {
        assertEquals(List.of("the", "wings", "über", "漢", "字"), LuceneAnalysis.STANDARD.apply("The WINGS -- Über, 漢字!"));
        assertEquals(List.of(), LuceneAnalysis.STANDARD.apply(" ... "));
    }

    @Test
    void namesLeadBack() {
        for (LuceneAnalysis a : LuceneAnalysis.values()) {
            assertEquals(a, LuceneAnalysis.named(a.toString()));
        }
        assertTrue(assertThrows(UserError.class, () -> LuceneAnalysis.named("klingon")).getMessage().contains("english or standard"));
    }

    @Test
    void manyThreadsUseOne() {
        String text = "boundary layers heated ".repeat(50);
        List<String> alone = LuceneAnalysis.ENGLISH.apply(text);
        assertEquals(Collections.nCopies(64, alone), IntStream.range(0, 64).parallel().mapToObj(i -> LuceneAnalysis.ENGLISH.apply(text)).toList());
    }
}
