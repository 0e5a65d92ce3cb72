package dev.filigree.prune.schedule;

import dev.filigree.base.Catalog;

/** Pruned once, before training; the positions stay. */
public record OneShot() implements Schedule {

    public static final Catalog.Entry<Schedule> ENTRY = Catalog.entry("held", "", "pruned once before training, positions stay", OneShot::new);

    @Override
    public double start(double target) {
        return target;
    }

    @Override
    public boolean fires(long step, long steps) {
        return false;
    }

    @Override
    public double sparsity(long step, long steps, double target) {
        return target;
    }
}
