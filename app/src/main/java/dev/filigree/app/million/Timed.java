package dev.filigree.app.million;

import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;

/** A hook and the seconds that it took. */
final class Timed implements Hook {

    private final Hook hook;
    private double seconds;

    Timed(Hook hook) {
        this.hook = hook;
    }

    /** Seconds since this was last asked. */
    double take() {
        double s = seconds;
        seconds = 0;
        return s;
    }

    @Override
    public void beforeStep(Loop loop, long step) {
        time(() -> hook.beforeStep(loop, step));
    }

    @Override
    public void afterBackward(Loop loop, long step) {
        time(() -> hook.afterBackward(loop, step));
    }

    @Override
    public void afterStep(Loop loop, long step) {
        time(() -> hook.afterStep(loop, step));
    }

    @Override
    public void save(StateWriter out) {
        hook.save(out);
    }

    @Override
    public void load(StateReader in) {
        hook.load(in);
    }

    private void time(Runnable part) {
        long start = System.nanoTime();
        part.run();
        seconds += (System.nanoTime() - start) * 1e-9;
    }
}
