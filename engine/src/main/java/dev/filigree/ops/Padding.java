package dev.filigree.ops;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Planes;

/** The lanes of planes that belong to no pixel of any image: past the last pixel of a plane, and of images that the last group lacks. */
final class Padding {

    private Padding() {
    }

    /** Zeroes all of them. */
    static void clear(Floats data, Planes p) {
        for (int at = 0; at < data.length() && p.pixels() < p.plane(); at += p.plane()) {
            for (int i = p.pixels(); i < p.plane(); i++) {
                data.set(at + i, 0f);
            }
        }
        for (int c = 0; c < p.channels(); c++) {
            missing(data, p, c, 0f);
        }
    }

    /** Sets what the images that the last group lacks would have in a channel. */
    static void missing(Floats data, Planes p, int channel, float value) {
        int images = p.images() - (p.groups() - 1) * p.together();
        int at = ((p.groups() - 1) * p.channels() + channel) * p.plane();
        for (int q = 0; images < p.together() && q < p.pixels(); q++) {
            if (p.imageAt(q) >= images) {
                data.set(at + q, value);
            }
        }
    }
}
