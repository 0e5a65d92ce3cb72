package dev.filigree.retrieve;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/** What searches need to work, kept for the next one: taking and giving back makes no garbage and waits for nobody. */
final class Pool<T> {

    private static final int KEPT = 64;

    private final AtomicReferenceArray<T> idle = new AtomicReferenceArray<>(KEPT);
    private final Supplier<T> maker;

    Pool(Supplier<T> maker) {
        this.maker = maker;
    }

    T take() {
        for (int i = 0; i < KEPT; i++) {
            if (idle.getPlain(i) != null) {
                T t = idle.getAndSet(i, null);
                if (t != null) {
                    return t;
                }
            }
        }
        return maker.get();
    }

    void give(T t) {
        for (int i = 0; i < KEPT; i++) {
            if (idle.getPlain(i) == null && idle.compareAndSet(i, null, t)) {
                return;
            }
        }
    }
}
