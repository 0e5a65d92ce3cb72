package dev.filigree.retrieve.store;

/** How ids are looked up: by keys of 64 bits, rising, each the upper half of a hash and the number of a document. */
final class Ids {

    private static final long BASIS = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;
    private static final long MIX = 0xff51afd7ed558ccdL;
    private static final long NUMBER = Integer.MAX_VALUE;

    private Ids() {
    }

    /** The hash of an id in UTF-8: FNV-1a, mixed so that its upper bits depend on all of them. */
    static long hash(byte[] id) {
        long h = BASIS;
        for (byte b : id) {
            h = (h ^ b & 0xff) * PRIME;
        }
        h = (h ^ h >>> 33) * MIX;
        return h ^ h >>> 33;
    }

    /** The key of a document. */
    static long key(long hash, int document) {
        return hash & ~NUMBER | document;
    }

    static int document(long key) {
        return (int) (key & NUMBER);
    }

    /** Whether a key may be that of an id with this hash. */
    static boolean fits(long key, long hash) {
        return ((key ^ hash) & ~NUMBER) == 0;
    }
}
