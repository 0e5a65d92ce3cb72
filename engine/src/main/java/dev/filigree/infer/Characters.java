package dev.filigree.infer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Bytes that come one by one as whole characters; bytes that can be none become replacement characters. */
final class Characters {

    private final ByteArrayOutputStream rest = new ByteArrayOutputStream();

    /** The characters that are whole now. */
    String add(byte[] bytes) {
        rest.writeBytes(bytes);
        byte[] all = rest.toByteArray();
        int whole = all.length - unfinished(all);
        rest.reset();
        rest.write(all, whole, all.length - whole);
        return new String(all, 0, whole, StandardCharsets.UTF_8);
    }

    /** What is left at the end. */
    String end() {
        return rest.toString(StandardCharsets.UTF_8);
    }

    /** Bytes at the end that begin a character and are too few for it. */
    private static int unfinished(byte[] all) {
        for (int back = 1; back <= Math.min(3, all.length); back++) {
            int b = all[all.length - back] & 0xff;
            if (b >= 0xC0) {
                int needed = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : 2;
                return needed > back ? back : 0;
            }
            if (b < 0x80) {
                return 0;
            }
        }
        return 0;
    }
}
