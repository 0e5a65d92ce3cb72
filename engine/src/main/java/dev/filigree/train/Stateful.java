package dev.filigree.train;

/** Something whose state is part of a run: stored with it, so that a resumed run goes on bit for bit. */
public interface Stateful {

    default void save(StateWriter out) {
    }

    /** Takes over what {@link #save} stored, in an object made with the same settings. */
    default void load(StateReader in) {
    }
}
