package dev.filigree.prune.channels;

/** Which channels of a network are removed, and how it is trained before, as long as it has all of them. */
public interface Channels {

    /**
     * What happens in one run of training, and the choice at its end.
     *
     * @param keep share of channels that stays, in (0, 1)
     */
    Choice prepare(double keep);
}
