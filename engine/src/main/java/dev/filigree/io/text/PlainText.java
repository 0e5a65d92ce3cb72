package dev.filigree.io.text;

import dev.filigree.base.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A running text in UTF-8. */
public final class PlainText {

    private static final long LONGEST = 256L << 20;

    private PlainText() {
    }

    /** All of a file. */
    public static String read(Path file) {
        try {
            if (Files.size(file) > LONGEST) {
                throw new UserError(file + ": found " + Files.size(file) + " bytes, expected at most " + LONGEST + "; cut it");
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Files.readAllBytes(file))).toString();
        } catch (CharacterCodingException e) {
            throw new UserError(file + ": found bytes that are no UTF-8, expected text", e);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read; expected a text in UTF-8", e);
        }
    }
}
