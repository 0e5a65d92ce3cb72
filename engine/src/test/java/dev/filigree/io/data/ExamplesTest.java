package dev.filigree.io.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Parts of labelled examples. */
class ExamplesTest {

    /** A thousand examples of four classes, one class after another or in turn. */
    private record Thousand(boolean sorted) implements Examples {

        @Override
        public int count() {
            return 1000;
        }

        @Override
        public Shape shape() {
            return Shape.of(1);
        }

        @Override
        public List<String> classes() {
            return List.of("a", "b", "c", "d");
        }

        @Override
        public int label(int example) {
            return sorted ? example / 250 : example % 4;
        }

        @Override
        public void read(int example, float[] out) {
            out[0] = example;
        }

        @Override
        public String fingerprint() {
            return "thousand";
        }
    }

    @Test
    void theFirstOfMixedExamplesAreOfAllClasses() {
        Examples first = new Thousand(false).first(300);
        assertEquals(300, first.count());
        assertEquals(3, first.label(299));
        assertEquals(1000, new Thousand(false).first(5000).count());
    }

    @Test
    void theFirstOfSortedOnesAreRefused() {
        String said = assertThrows(UserError.class, () -> new Thousand(true).first(300)).getMessage();
        assertTrue(said.contains("2 of 4 classes"), said);
        assertEquals(10, new Thousand(true).first(10).count(), "too few to tell");
    }

    @Test
    void classesCanBeTakenOut() {
        assertEquals(500, new Thousand(true).ofClasses(c -> c > 1).count());
    }
}
