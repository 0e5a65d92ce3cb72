package dev.filigree.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** How tokens are chosen, and how their bytes become characters. */
class SamplingTest {

    private static final int[] NONE = {};

    private static float[] scores() {
        return new float[] {(float) Math.log(0.1), (float) Math.log(0.5), (float) Math.log(0.3), (float) Math.log(0.1)};
    }

    private static int[] counts(Sampling s, int draws) {
        int[] counts = new int[4];
        Rng rng = new Rng(5);
        for (int i = 0; i < draws; i++) {
            counts[s.choose(scores(), NONE, rng)]++;
        }
        return counts;
    }

    @Test
    void greedyTakesTheLikeliestAndTheFirstOfEqualOnes() {
        assertEquals(1, Sampling.GREEDY.choose(scores(), NONE, new Rng(1)));
        assertEquals(0, Sampling.GREEDY.choose(new float[] {2, 1, 2}, NONE, new Rng(1)));
    }

    @Test
    void drawsFollowTheProbabilities() {
        int[] counts = counts(new Sampling(1, 0, 1, 1), 20_000);
        double[] expected = {0.1, 0.5, 0.3, 0.1};
        for (int i = 0; i < 4; i++) {
            assertEquals(expected[i], counts[i] / 20_000.0, 0.015, "token " + i);
        }
        int[] sharp = counts(new Sampling(0.5, 0, 1, 1), 20_000); // squares: .01, .25, .09, .01 of .36
        assertEquals(0.25 / 0.36, sharp[1] / 20_000.0, 0.015);
    }

    @Test
    void onlyTheLikeliestAreDrawnFrom() {
        int[] two = counts(new Sampling(1, 2, 1, 1), 2_000);
        assertEquals(0, two[0] + two[3]);
        assertEquals(0.5 / 0.8, two[1] / 2_000.0, 0.04);
        assertEquals(2_000, counts(new Sampling(1, 0, 0.5, 1), 2_000)[1], "half of the mass is the first alone");
        int[] most = counts(new Sampling(1, 0, 0.51, 1), 2_000);
        assertTrue(most[2] > 0 && most[0] + most[3] == 0, "a little more needs the second");
    }

    @Test
    void whatOccurredIsLessLikely() {
        assertEquals(2, new Sampling(0, 0, 1, 4).choose(scores(), new int[] {1, 1}, new Rng(1)), "-0.69 four times is less than -1.2");
        assertEquals(1, new Sampling(0, 0, 1, 2).choose(new float[] {3, 2}, new int[] {0}, new Rng(1)), "3 / 2 is less than 2");
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertTrue(assertThrows(UserError.class, () -> new Sampling(-1, 0, 1, 1)).getMessage().startsWith("--temperature"));
        assertTrue(assertThrows(UserError.class, () -> new Sampling(1, 0, 0, 1)).getMessage().startsWith("--top-p"));
        assertTrue(assertThrows(UserError.class, () -> new Sampling(1, -1, 1, 1)).getMessage().startsWith("--top-k"));
        assertTrue(assertThrows(UserError.class, () -> new Sampling(1, 0, 1, 0.5)).getMessage().startsWith("--repetition"));
    }

    @Test
    void bytesBecomeCharactersOnceTheyAreWhole() {
        String text = "a\u00e9\u20ac\ud83d\ude00z";
        StringBuilder out = new StringBuilder();
        Characters c = new Characters();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            String s = c.add(new byte[] {b});
            assertTrue(s.indexOf('\ufffd') < 0, "never half a character");
            out.append(s);
        }
        assertEquals(text, out + c.end());
        assertEquals("\ufffdx", new Characters().add(new byte[] {(byte) 0xff, 'x'}), "what can be no character is shown as that");
        Characters cut = new Characters();
        assertEquals("", cut.add(new byte[] {(byte) 0xe2, (byte) 0x82}));
        assertEquals("\ufffd", cut.end());
    }
}
