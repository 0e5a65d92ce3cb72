package dev.filigree.app.data;

import dev.filigree.base.UserError;
import dev.filigree.io.BpePieces;
import dev.filigree.io.BytePairTrainer;
import dev.filigree.io.BytePairs;
import dev.filigree.io.TokenizerFile;
import dev.filigree.io.data.TextData;
import dev.filigree.io.data.Vocabulary;
import dev.filigree.train.NextToken;
import java.util.List;

/**
 * How a text is cut into tokens.
 *
 * @param pieces tokens of a vocabulary of byte pairs that is learned from the training text; 0 for characters
 * @param known  a vocabulary that is taken as it is; null for one of the text
 * @param most   tokens of a window at most
 */
public record TextCut(int pieces, Vocabulary known, int most) {

    /** Character by character. */
    public static final TextCut CHARACTERS = new TextCut(0, null, 128);
    private static final String LETTERS = "characters";
    private static final int MOST_CHARACTERS = 4096;
    private static final int WINDOW_OF_PIECES = 256;

    /** As it is typed: {@code characters}, or a number of byte pairs. */
    public static TextCut named(String text) {
        if (text.isEmpty() || text.equals(LETTERS)) {
            return CHARACTERS;
        }
        try {
            return new TextCut(Math.max(1, Integer.parseInt(text)), null, WINDOW_OF_PIECES);
        } catch (NumberFormatException e) {
            throw new UserError("--vocabulary: found '" + text + "', expected " + LETTERS + " or a number of byte pairs such as 4096");
        }
    }

    /** As a language model cuts it, in windows of at most its context. */
    public static TextCut as(Vocabulary vocabulary, int context) {
        return new TextCut(0, vocabulary, Math.min(context, WINDOW_OF_PIECES));
    }

    /**
     * A text that is learned, another that is held out.
     *
     * @param about name, and what is held out
     */
    NextToken problem(String about, String train, String test) {
        Vocabulary v = known != null ? known : pieces == 0 ? TextData.characters(train + test, MOST_CHARACTERS) : learned(train);
        return new NextToken(about, TextData.of(v, train), TextData.of(v, test), most);
    }

    private Vocabulary learned(String text) {
        BytePairs learned = BytePairTrainer.train(List.of(text), pieces);
        TokenizerFile file = learned.file();
        return new Vocabulary(BpePieces.of("the vocabulary that was learned", file, learned.size()), file);
    }
}
