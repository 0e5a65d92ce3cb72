package dev.filigree.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.Pieces;
import dev.filigree.io.data.TextData;
import dev.filigree.io.data.Vocabulary;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Cell;
import dev.filigree.model.RecurrentLanguage;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Carry;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Text;
import dev.filigree.ops.Value;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each row of a batch is a stream that goes on in the next batch, and so does what a recurrent model keeps. */
class TextBatchesTest {

    private static final Vocabulary NUMBERS = new Vocabulary(Vocabulary.Unit.WORDS, IntStream.range(0, 101).mapToObj(Integer::toString).toList());

    /** 0, 1, 2 ... 100, so that every token says where it is. */
    private static final TextData TEXT = new TextData(NUMBERS, IntStream.range(0, 101).toArray());

    @Test
    void rowsGoOnWhereTheyEndedUntilTheEpochIsOver() {
        TextBatches batches = new TextBatches(TEXT, 4, 5, new Rng(1)); // streams of 25 tokens
        Text before = batches.next();
        assertEquals(4 * 4, batches.count());
        for (int n = 1; n < 4; n++) {
            Text now = batches.next();
            assertEquals(0, batches.epoch());
            for (int i = 0; i < now.ids().length; i++) {
                assertEquals(before.ids()[i] + 5, now.ids()[i]);
                assertEquals(now.ids()[i] + 1, now.next()[i]);
                assertEquals(now.ids()[i] / 25, i / 5, "the stream of a row");
            }
            before = now;
        }
        assertTrue(batches.next().ids()[0] < 5);
        assertEquals(1, batches.epoch());
    }

    @Test
    void everyTokenThatIsFollowedIsJudgedOnceWherePossible() {
        List<Batch> all = TextBatches.all(TEXT, 4, 5);
        assertEquals(4, all.size());
        int[] seen = all.stream().flatMapToInt(b -> Arrays.stream(((Text) b).ids())).sorted().toArray();
        assertEquals(80, seen.length);
        assertEquals(80, Arrays.stream(seen).distinct().count());
    }

    @Test
    void whereATokenBeginsTextsItBeginsEveryWindow() {
        Pieces pieces = new Pieces() {
            @Override
            public int size() {
                return 101;
            }

            @Override
            public int begin() {
                return 100;
            }

            @Override
            public int end() {
                return 100;
            }

            @Override
            public int[] ids(String text) {
                return text.chars().map(c -> c - 'a').toArray();
            }

            @Override
            public byte[] bytes(int id) {
                return new byte[id % 3];
            }

            @Override
            public byte[] firstBytes(int id) {
                return bytes(id);
            }
        };
        TextData text = TextData.of(new Vocabulary(pieces, null), "abcdefghijklmnop");
        Text first = (Text) TextBatches.all(text, 2, 3).getFirst();
        assertArrayEquals(new int[] {100, 0, 1, 100, 8, 9}, first.ids());
        assertArrayEquals(new int[] {0, 1, 2, 8, 9, 10}, first.next());
        Text second = (Text) TextBatches.all(text, 2, 3).get(1);
        assertArrayEquals(new int[] {100, 3, 4, 100, 11, 12}, second.ids());
        assertArrayEquals(new int[] {3, 4, 5, 11, 12, 13}, second.next());
        assertEquals(15 / 16.0, text.bytesPerToken());
    }

    @Test
    void ordersByStepsAndByRowsUndoEachOther() {
        Text t = new Text(3, 4, IntStream.range(0, 12).toArray(), new int[12], null);
        assertArrayEquals(new int[] {0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}, t.bySteps());
        for (int i = 0; i < 12; i++) {
            assertEquals(i, t.bySteps()[t.byRows()[i]]);
        }
    }

    @ParameterizedTest
    @EnumSource(Cell.class)
    void twoWindowsThatCarryTheirStateAreOneOfTwiceTheLength(Cell cell) {
        Compute compute = new Compute(Kernels.best(), Parallel.single());
        RecurrentLanguage net = new RecurrentLanguage(cell, 101, 6, 7, 2);
        Birth birth = new Birth(compute, net, new Rng(2));
        net.sites().forEach(birth::dense);
        int[] ids = IntStream.range(0, 3 * 8).map(i -> i * 37 % 101).toArray();
        try (Eager eager = new Eager(compute)) {
            Value whole = net.forward(eager, new Text(3, 8, ids, ids, new Carry()));
            Carry carry = new Carry();
            for (int half = 0; half < 2; half++) {
                int at = 4 * half;
                int[] part = IntStream.range(0, 12).map(i -> ids[i / 4 * 8 + at + i % 4]).toArray();
                Value y = net.forward(eager, new Text(3, 4, part, part, carry));
                for (int i = 0; i < 12; i++) {
                    assertArrayEquals(whole.token(i / 4 * 8 + at + i % 4), y.token(i), 1e-6f, "half " + half + ", token " + i);
                }
                eager.release(y);
            }
        }
    }

    @Test
    void aTextThatIsTooShortIsRefused() {
        UserError e = assertThrows(UserError.class, () -> new TextBatches(TEXT, 20, 5, new Rng(1)));
        assertTrue(e.getMessage().contains("101 tokens"), e.getMessage());
    }

    @Test
    void aNetworkForOtherDataSaysWhatItTakes() {
        UserError e = assertThrows(UserError.class, () -> new TextBatches(TEXT, 4, 5, new Rng(1)).next().as(Samples.class));
        assertTrue(e.getMessage().startsWith("--model: this one takes batches of kind samples, and the data gives text"), e.getMessage());
    }
}
