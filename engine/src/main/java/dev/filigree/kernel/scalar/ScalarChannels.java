package dev.filigree.kernel.scalar;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Channels;
import dev.filigree.kernel.Planes;
import dev.filigree.kernel.Window;

final class ScalarChannels implements Channels {

    @Override
    public double sum(Floats x, int from, int count) {
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += x.get(i);
        }
        return sum;
    }

    @Override
    public void moments(Floats x, float origin, int from, int count, double[] sums) {
        for (int i = from; i < from + count; i++) {
            double d = x.get(i) - origin;
            sums[0] += d;
            sums[1] += d * d;
        }
    }

    @Override
    public void scale(float gain, float shift, Floats x, Floats residual, boolean relu, Floats y, int from, int count) {
        for (int i = from; i < from + count; i++) {
            float v = gain * x.get(i) + shift + (residual == null ? 0 : residual.get(i));
            y.set(i, relu ? Math.max(0f, v) : v);
        }
    }

    @Override
    public void backwardSums(Floats x, float mean, Floats dy, int from, int count, double[] sums) {
        for (int i = from; i < from + count; i++) {
            sums[0] += dy.get(i);
            sums[1] += (double) dy.get(i) * (x.get(i) - mean);
        }
    }

    @Override
    public void backwardSums(Floats x, float mean, float gain, float shift, Floats y, Floats dy, int from, int count, double[] sums) {
        for (int i = from; i < from + count; i++) {
            if (!((y == null ? gain * x.get(i) + shift : y.get(i)) > 0)) {
                dy.set(i, 0f);
            }
        }
        backwardSums(x, mean, dy, from, count, sums);
    }

    @Override
    public void blend(float a, Floats dy, float b, Floats x, float c, Floats dx, int from, int count) {
        for (int i = from; i < from + count; i++) {
            dx.set(i, a * dy.get(i) + b * x.get(i) + c);
        }
    }

    @Override
    public void maxPool(Window window, Planes in, Planes out, Floats x, Floats y, int group, int channel) {
        int to = plane(out, group, channel);
        for (int q = 0; q < out.pixels(); q++) {
            float most = Float.NEGATIVE_INFINITY;
            for (int t = 0; t < window.taps(); t++) {
                int at = source(window, in, out, t, q);
                most = at < 0 ? most : Math.max(most, x.get(plane(in, group, channel) + at));
            }
            y.set(to + q, most == Float.NEGATIVE_INFINITY ? 0f : most);
        }
    }

    @Override
    public void maxPoolBackward(Window window, Planes in, Planes out, Floats x, Floats y, Floats dy, Floats dx, int group, int channel) {
        int from = plane(out, group, channel);
        int to = plane(in, group, channel);
        for (int q = 0; q < out.pixels(); q++) {
            for (int t = 0; t < window.taps(); t++) {
                int at = source(window, in, out, t, q);
                if (at >= 0 && x.get(to + at) == y.get(from + q)) {
                    dx.set(to + at, dx.get(to + at) + dy.get(from + q));
                    break;
                }
            }
        }
    }

    @Override
    public void meanPool(Window window, Planes in, Planes out, Floats x, Floats y, int group, int channel) {
        int to = plane(out, group, channel);
        for (int q = 0; q < out.pixels(); q++) {
            float sum = 0;
            for (int t = 0; t < window.taps(); t++) {
                int at = source(window, in, out, t, q);
                sum += at < 0 ? 0 : x.get(plane(in, group, channel) + at);
            }
            y.set(to + q, sum / Math.max(1, seen(window, in, out, q)));
        }
    }

    @Override
    public void meanPoolBackward(Window window, Planes in, Planes out, Floats dy, Floats dx, int group, int channel) {
        int from = plane(out, group, channel);
        int to = plane(in, group, channel);
        for (int q = 0; q < out.pixels(); q++) {
            float share = dy.get(from + q) / Math.max(1, seen(window, in, out, q));
            for (int t = 0; t < window.taps(); t++) {
                int at = source(window, in, out, t, q);
                if (at >= 0) {
                    dx.set(to + at, dx.get(to + at) + share);
                }
            }
        }
    }

    private static int plane(Planes p, int group, int channel) {
        return (group * p.channels() + channel) * p.plane();
    }

    private static int seen(Window window, Planes in, Planes out, int q) {
        int n = 0;
        for (int t = 0; t < window.taps(); t++) {
            n += source(window, in, out, t, q) < 0 ? 0 : 1;
        }
        return n;
    }

    /** Pixel of an input plane that tap {@code t} of pixel {@code q} of an output plane sees, or -1. */
    private static int source(Window w, Planes in, Planes out, int t, int q) {
        int y = out.rowAt(q) * w.stride() + t / w.width() - w.top();
        int x = out.columnAt(q) * w.stride() + t % w.width() - w.left();
        return y < 0 || x < 0 || y >= in.height() || x >= in.width() ? -1 : in.inPlane(out.imageAt(q), y, x);
    }
}
