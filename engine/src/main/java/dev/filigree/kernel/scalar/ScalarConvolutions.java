package dev.filigree.kernel.scalar;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.kernel.Convolutions;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.Planes;
import dev.filigree.kernel.Taps;
import dev.filigree.kernel.Window;

final class ScalarConvolutions implements Convolutions {

    @Override
    public void unfold(Taps taps, Floats x, int group, int from, int to, int pixel, int count, Floats out, Floats scratch) {
        for (int j = from; j < to; j++) {
            for (int i = 0; i < count; i++) {
                out.set((j - from) * count + i, input(taps, x, group, j, pixel + i));
            }
        }
    }

    @Override
    public void tiled(Taps taps, Floats w, Floats bias, Floats x, Floats y, int group, int pixel, int count, int fromTile, int toTile, Floats scratch) {
        int rows = taps.out().channels();
        int columns = taps.in().channels() * taps.window().taps();
        int tile = Kernels.TILE_ROWS;
        for (int r = fromTile * tile; r < Math.min(rows, toTile * tile); r++) {
            for (int q = pixel; q < pixel + count; q++) {
                float sum = bias == null ? 0f : bias.get(r);
                for (int j = 0; j < columns; j++) {
                    sum += w.get((r / tile * columns + j) * tile + r % tile) * input(taps, x, group, j, q);
                }
                y.set((group * rows + r) * taps.out().plane() + q, sum);
            }
        }
    }

    @Override
    public void csr(Taps taps, Ints start, Ints column, Floats values, int chunk, Floats bias, boolean relu, Floats x, Floats y, int group, int pixel,
            int count, int fromRow, int toRow, Floats scratch) {
        int rows = taps.out().channels();
        int chunks = Math.ceilDiv(taps.in().channels() * taps.window().taps(), chunk);
        for (int r = fromRow; r < toRow; r++) {
            for (int q = pixel; q < pixel + count; q++) {
                float sum = 0;
                for (int c = 0; c < chunks; c++) {
                    for (int j = start.get(c * rows + r); j < start.get(c * rows + r + 1); j++) {
                        sum += values.get(j) * input(taps, x, group, column.get(j), q);
                    }
                }
                sum += bias == null ? 0f : bias.get(r);
                y.set((group * rows + r) * taps.out().plane() + q, relu ? Math.max(0f, sum) : sum);
            }
        }
    }

    @Override
    public void csrGradient(Taps taps, Ints start, Ints column, int chunk, Floats dy, Floats x, Floats gradient, int fromGroup, int toGroup, int fromChunk,
            int toChunk, int fromRow, int toRow, Floats scratch) {
        int rows = taps.out().channels();
        for (int c = fromChunk; c < toChunk; c++) {
            for (int r = fromRow; r < toRow; r++) {
                for (int j = start.get(c * rows + r); j < start.get(c * rows + r + 1); j++) {
                    gradient.set(j, gradient.get(j) + product(taps, dy, r, x, column.get(j), fromGroup, toGroup));
                }
            }
        }
    }

    @Override
    public void tiledGradient(Taps taps, Floats dy, Floats x, Floats gradient, int fromGroup, int toGroup, int fromTile, int toTile, Floats scratch) {
        int columns = taps.in().channels() * taps.window().taps();
        int tile = Kernels.TILE_ROWS;
        for (int r = fromTile * tile; r < Math.min(taps.out().channels(), toTile * tile); r++) {
            for (int j = 0; j < columns; j++) {
                int at = (r / tile * columns + j) * tile + r % tile;
                gradient.set(at, gradient.get(at) + product(taps, dy, r, x, j, fromGroup, toGroup));
            }
        }
    }

    @Override
    public void depthwise(Taps taps, Floats w, Floats bias, Floats x, Floats y, int group, int from, int to, Floats scratch) {
        int n = taps.window().taps();
        for (int c = from; c < to; c++) {
            for (int q = 0; q < taps.out().units() * Planes.UNIT; q++) {
                float sum = 0;
                for (int t = 0; t < n; t++) {
                    sum += w.get(c * n + t) * input(taps, x, group, c * n + t, q);
                }
                y.set((group * taps.out().channels() + c) * taps.out().plane() + q, sum + (bias == null ? 0f : bias.get(c)));
            }
        }
    }

    @Override
    public void depthwiseGradient(Taps taps, Floats dy, Floats x, Floats gradient, int from, int to, Floats scratch) {
        int n = taps.window().taps();
        for (int j = from * n; j < to * n; j++) {
            gradient.set(j, gradient.get(j) + product(taps, dy, j / n, x, j, 0, taps.out().groups()));
        }
    }

    private static float product(Taps taps, Floats dy, int row, Floats x, int column, int fromGroup, int toGroup) {
        float sum = 0;
        for (int g = fromGroup; g < toGroup; g++) {
            for (int q = 0; q < taps.out().pixels(); q++) {
                sum += dy.get((g * taps.out().channels() + row) * taps.out().plane() + q) * input(taps, x, g, column, q);
            }
        }
        return sum;
    }

    /** The unfolded image by the definition of {@link Window}: a column at pixel q of the output planes of a group. */
    private static float input(Taps taps, Floats x, int group, int column, int q) {
        Window w = taps.window();
        Planes in = taps.in();
        Planes out = taps.out();
        if (q >= out.pixels()) {
            return 0;
        }
        int y = out.rowAt(q) * w.stride() + column / w.width() % w.height() - w.top();
        int z = out.columnAt(q) * w.stride() + column % w.width() - w.left();
        if (y < 0 || y % w.spread() != 0 || y / w.spread() >= in.height() || z < 0 || z % w.spread() != 0 || z / w.spread() >= in.width()) {
            return 0;
        }
        return x.get((group * in.channels() + column / w.taps()) * in.plane() + in.inPlane(out.imageAt(q), y / w.spread(), z / w.spread()));
    }
}
