package dev.filigree.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import dev.filigree.io.data.DataSet;
import dev.filigree.io.data.Shape;
import dev.filigree.prune.regime.Clouds;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tasks are the classes of a set, each once. */
class TaskTest {

    private static final DataSet ALL = new DataSet("clouds", "nowhere", new Clouds(Shape.of(3), 6, 60), new Clouds(Shape.of(3), 6, 12));

    @Test
    void everyExampleIsInTheTaskOfItsClass() {
        List<Task> tasks = Task.split(ALL, 3);
        assertEquals(60, tasks.stream().mapToInt(t -> t.examples().data().train().count()).sum());
        for (Task t : tasks) {
            assertEquals(6, t.outputs(), "labels are those of the whole set");
            assertEquals(4, t.examples().data().test().count());
            assertTrue(IntStream.range(0, 20).map(t.examples().data().train()::label).allMatch(c -> c >= t.from() && c < t.to()));
        }
    }

    @Test
    void tasksOfOneClassOrOfUnevenNumbersAreRefused() {
        assertThrows(UserError.class, () -> Task.split(ALL, 4));
        assertThrows(UserError.class, () -> Task.split(ALL, 6));
        assertThrows(UserError.class, () -> Task.split(ALL, 2).getFirst().objective(0.1));
    }
}
