package dev.filigree.retrieve.store;

import java.util.concurrent.atomic.AtomicInteger;

/** Something outside of the heap that several hold at once; it is freed when the last of them lets go. Who makes it holds it. */
abstract class Shared {

    private final AtomicInteger holders = new AtomicInteger(1);

    /** Holds it too; false where it was freed already. */
    final boolean hold() {
        for (int n = holders.get(); n > 0; n = holders.get()) {
            if (holders.compareAndSet(n, n + 1)) {
                return true;
            }
        }
        return false;
    }

    /** Lets go; once for each time it was held. */
    final void release() {
        int left = holders.decrementAndGet();
        if (left == 0) {
            free();
        } else if (left < 0) {
            throw new IllegalStateException("let go more often than held");
        }
    }

    /** Called once, when nobody holds it. */
    abstract void free();
}
