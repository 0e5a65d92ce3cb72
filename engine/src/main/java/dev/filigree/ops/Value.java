package dev.filigree.ops;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Planes;

/**
 * Activations of some tokens (or sequences) in panels: {@code data [ceil(tokens/width)] [features] [width]}; or images in
 * {@link Planes}, where a panel is a group, a feature a channel and a token one float of a plane. Compared by identity.
 */
public final class Value {

    private final Floats data;
    private final int features;
    private final int tokens;
    private final int width;
    private final Planes planes; // null unless these are images
    private final Value whole; // whose memory this shares; null when it has its own

    public Value(Floats data, int features, int tokens, int width) {
        this(data, features, tokens, width, null, null);
    }

    /** Images. */
    public Value(Floats data, Planes planes) {
        this(data, planes.channels(), planes.groups() * planes.plane(), planes.plane(), planes, null);
    }

    private Value(Floats data, int features, int tokens, int width, Planes planes, Value whole) {
        if (data.length() != length(features, tokens, width)) {
            throw new IllegalArgumentException(tokens + " tokens of " + features + " features do not fill a buffer of " + data.length());
        }
        this.data = data;
        this.features = features;
        this.tokens = tokens;
        this.width = width;
        this.planes = planes;
        this.whole = whole;
    }

    /** A value of the same shape in another buffer. */
    public Value in(Floats other) {
        return new Value(other, features, tokens, width, planes, null);
    }

    /** How the images lie. */
    public Planes planes() {
        if (planes == null) {
            throw new IllegalArgumentException("found [" + tokens + " x " + features + "], expected images");
        }
        return planes;
    }

    /** Images, or tokens where these are none. */
    public int examples() {
        return planes == null ? tokens : planes.images();
    }

    /** The value whose memory this shares, or this. */
    public Value owner() {
        return whole == null ? this : whole.owner();
    }

    /** Whether some tokens can be seen without a copy: they begin a panel, and end one or are the last. */
    public boolean wholePanels(int from, int count) {
        return from % width == 0 && (count % width == 0 || from + count == tokens);
    }

    /** A view of tokens that fill {@link #wholePanels}. */
    public Value viewOfTokens(int from, int count) {
        if (!wholePanels(from, count)) {
            throw new IllegalArgumentException("tokens " + from + " .. " + (from + count) + " do not fill panels of " + width);
        }
        return new Value(data.slice(from * features, length(features, count, width)), features, count, width, null, this);
    }

    /** A view of neighbouring features of a value of one panel. */
    public Value viewOfFeatures(int from, int count) {
        if (panels() != 1) {
            throw new IllegalArgumentException("features of " + panels() + " panels do not lie side by side");
        }
        return new Value(data.slice(from * width, count * width), count, tokens, width, null, this);
    }

    /** Floats that so many tokens take. */
    public static int length(int features, int tokens, int width) {
        return Math.multiplyExact(Math.multiplyExact(Math.ceilDiv(tokens, width), features), width);
    }

    public Floats data() {
        return data;
    }

    public int features() {
        return features;
    }

    public int tokens() {
        return tokens;
    }

    /** Tokens per panel. */
    public int width() {
        return width;
    }

    public int panels() {
        return Math.ceilDiv(tokens, width);
    }

    /** Where (token, feature) lies in {@link #data}. */
    public int at(int token, int feature) {
        return (token / width * features + feature) * width + token % width;
    }

    public float get(int token, int feature) {
        return data.get(at(token, feature));
    }

    /** One feature of all tokens. */
    public float[] feature(int feature) {
        float[] out = new float[tokens];
        for (int t = 0; t < tokens; t += width) {
            data.get(at(t, feature), out, t, Math.min(width, tokens - t));
        }
        return out;
    }

    /** The features of one token. */
    public float[] token(int token) {
        float[] out = new float[features];
        for (int f = 0; f < features; f++) {
            out[f] = get(token, f);
        }
        return out;
    }

    /** Zeroes the lanes past the last token, or past the last pixel and image. */
    public Value clearPadding() {
        if (planes != null) {
            Padding.clear(data, planes);
            return this;
        }
        int used = tokens % width;
        if (used != 0) {
            int base = (panels() - 1) * features * width;
            for (int f = 0; f < features; f++) {
                data.slice(base + f * width + used, width - used).fill(0f);
            }
        }
        return this;
    }
}
