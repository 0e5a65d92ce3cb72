package dev.filigree.io.data;

import dev.filigree.base.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A running text as ids of a vocabulary.
 *
 * @param ids one a token, in order
 */
public record TextData(Vocabulary vocabulary, int[] ids) {

    private static final int MOST_BYTES = 1 << 30;

    public TextData {
        for (int id : ids) {
            if (id < 0 || id >= vocabulary.size()) {
                throw new UserError("text: found id " + id + ", expected 0.." + (vocabulary.size() - 1));
            }
        }
    }

    /**
     * A text file in UTF-8, packed with gzip or not, with the vocabulary of its own tokens.
     *
     * @param most tokens that the vocabulary keeps, the most frequent ones
     * @throws UserError the file cannot be read, is empty or is no UTF-8
     */
    public static TextData open(Path file, Vocabulary.Unit unit, int most) {
        if (most < 2) {
            throw new UserError(file + ": found a vocabulary of " + most + ", expected at least 2 tokens");
        }
        List<String> tokens = tokens(file, unit);
        return of(Vocabulary.of(unit, tokens, most), tokens);
    }

    /** A text in pieces or characters. */
    public static TextData of(Vocabulary vocabulary, String text) {
        return switch (vocabulary.unit()) {
            case PIECES -> new TextData(vocabulary, vocabulary.ids(text));
            case CHARACTERS -> new TextData(vocabulary, text.codePoints().map(c -> vocabulary.id(Character.toString(c))).toArray());
            default -> throw new IllegalArgumentException("a text in " + vocabulary.unit());
        };
    }

    /** Bytes of the text for a token, on average. */
    public double bytesPerToken() {
        return Arrays.stream(ids).mapToLong(vocabulary::bytes).sum() / (double) Math.max(1, ids.length);
    }

    /** The text of a file in UTF-8, packed with gzip or not; refuses as {@link #open(Path, Vocabulary.Unit, int)} does. */
    public static String text(Path file) {
        return text(file, bytes(file));
    }

    /** The vocabulary of a text's characters. */
    public static Vocabulary characters(String text, int most) {
        return Vocabulary.of(Vocabulary.Unit.CHARACTERS, text.codePoints().mapToObj(Character::toString).toList(), most);
    }

    /** The same with the vocabulary of another text: a validation text with that of its training text. */
    public static TextData open(Path file, Vocabulary vocabulary) {
        return vocabulary.unit() == Vocabulary.Unit.PIECES ? of(vocabulary, text(file)) : of(vocabulary, tokens(file, vocabulary.unit()));
    }

    /** Tokens {@code from .. to} of this text. */
    public TextData part(int from, int to) {
        return new TextData(vocabulary, Arrays.copyOfRange(ids, from, to));
    }

    /** A checksum of the ids. */
    public String fingerprint() {
        CRC32C sum = new CRC32C();
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * ids.length);
        bytes.asIntBuffer().put(ids);
        sum.update(bytes);
        return ids.length + " tokens of " + vocabulary.size() + ", " + Long.toHexString(sum.getValue());
    }

    private static TextData of(Vocabulary vocabulary, List<String> tokens) {
        return new TextData(vocabulary, tokens.stream().mapToInt(vocabulary::id).toArray());
    }

    private static List<String> tokens(Path file, Vocabulary.Unit unit) {
        byte[] bytes = bytes(file);
        List<String> tokens = new ArrayList<>();
        switch (unit) {
            case BYTES -> {
                for (byte b : bytes) {
                    tokens.add(String.valueOf((char) (b & 0xff)));
                }
            }
            case CHARACTERS -> text(file, bytes).codePoints().forEach(c -> tokens.add(Character.toString(c)));
            case WORDS -> text(file, bytes).lines().forEach(line -> {
                if (!line.isBlank()) {
                    tokens.addAll(Arrays.asList(line.strip().split("\\s+")));
                }
                tokens.add(Vocabulary.END);
            });
            case PIECES -> throw new IllegalArgumentException("pieces need a vocabulary that was learned");
        }
        return tokens;
    }

    private static byte[] bytes(Path file) {
        try (InputStream in = Idx.open(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES);
            if (bytes.length == 0 || bytes.length == MOST_BYTES) {
                throw new UserError(file + ": found " + (bytes.length == 0 ? "an empty file" : "more than a gigabyte") + ", expected text of at most a gigabyte");
            }
            return bytes;
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + e.getMessage());
        }
    }

    private static String text(Path file, byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new UserError(file + ": found bytes that are no UTF-8, expected text; read it as bytes or convert it");
        }
    }
}
