package dev.filigree.io.data;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A text made up to look like a language: words of two to six letters, each followed by one of a few others (a Markov chain of
 * words), with spaces between them. What is learned of it letter by letter is first how words are spelt, then which follow.
 * Seeds are languages: they share letters and nothing else.
 *
 * @param letters   that there are, besides the space
 * @param words     of a language
 * @param followers words that may follow a word
 * @param length    letters and spaces of the text, or one word more
 */
public record PlantedText(int letters, int words, int followers, int length) {

    private static final int SHORTEST = 2;
    private static final int LONGEST = 6;

    public PlantedText {
        if (letters < 2 || letters > 26 || words < 2 || followers < 1 || length < 1) {
            throw new UserError("planted text: found " + this + ", expected 2 to 26 letters, 2 words or more, followers and a length");
        }
    }

    /** The same for the same seed. */
    public TextData make(long seed) {
        Rng rng = new Rng(seed);
        int[][] word = new int[words][];
        int[][] next = new int[words][followers];
        for (int w = 0; w < words; w++) {
            word[w] = IntStream.generate(() -> 1 + rng.nextInt(letters)).limit(SHORTEST + rng.nextInt(LONGEST - SHORTEST + 1)).toArray();
            Arrays.setAll(next[w], i -> rng.nextInt(words));
        }
        int[] ids = new int[length + LONGEST + 1];
        int at = 0;
        for (int w = 0; at < length; w = next[w][rng.nextInt(followers)]) {
            System.arraycopy(word[w], 0, ids, at, word[w].length);
            at += word[w].length + 1; // the space is token 0
        }
        List<String> tokens = IntStream.rangeClosed(0, letters).mapToObj(i -> i == 0 ? " " : Character.toString('a' + i - 1)).toList();
        return new TextData(new Vocabulary(Vocabulary.Unit.CHARACTERS, tokens), Arrays.copyOf(ids, at));
    }
}
