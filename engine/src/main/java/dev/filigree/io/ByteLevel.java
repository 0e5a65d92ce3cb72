package dev.filigree.io;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes as visible characters, as GPT-2 writes them: those that are visible in Latin-1 as they are, the others from U+0100 on, in order. */
public final class ByteLevel {

    private static final char[] CHARACTERS = new char[256];
    private static final short[] BYTES = new short[512];

    static {
        Arrays.fill(BYTES, (short) -1);
        char next = 256;
        for (int b = 0; b < 256; b++) {
            boolean visible = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            CHARACTERS[b] = visible ? (char) b : next++;
            BYTES[CHARACTERS[b]] = (short) b;
        }
    }

    private ByteLevel() {
    }

    /** The character of byte {@code b}, 0 to 255. */
    public static char character(int b) {
        return CHARACTERS[b];
    }

    /** The bytes that a token stands for: its characters as UTF-8 where one of them is none of a byte. */
    static byte[] bytes(String token) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(token.length());
        for (int i = 0; i < token.length(); i++) {
            char c = token.charAt(i);
            if (c >= BYTES.length || BYTES[c] < 0) {
                return token.getBytes(StandardCharsets.UTF_8);
            }
            out.write(BYTES[c]);
        }
        return out.toByteArray();
    }
}
