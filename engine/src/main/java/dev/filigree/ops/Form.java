package dev.filigree.ops;

import dev.filigree.base.Floats;
import dev.filigree.kernel.FewTokens;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.Planes;

/** How a model wants the numbers of its examples laid out. */
public enum Form {

    /** {@code [examples x features]} in panels, channel by channel and row by row; a few get a panel each, for one wide panel would be padding. */
    FEATURES {
        @Override
        public Value allocate(int examples, int channels, int height, int width) {
            int features = channels * height * width;
            int panel = examples <= FewTokens.MOST ? 1 : Kernels.widthFor(examples);
            return new Value(Floats.allocate(Value.length(features, examples, panel)), features, examples, panel);
        }

        @Override
        public void write(float[] example, int i, Value x) {
            int at = x.at(i, 0);
            for (int f = 0; f < example.length; f++) {
                x.data().set(at + f * x.width(), example[f]);
            }
        }
    },

    /** Images in {@link Planes}, dealt to lanes where there are enough to fill them. */
    PLANES {
        @Override
        public Value allocate(int examples, int channels, int height, int width) {
            Planes p = examples < Planes.UNIT ? Planes.of(examples, channels, height, width) : Planes.dealt(examples, channels, height, width);
            return new Value(Floats.allocate(p.length()), p);
        }

        @Override
        public void write(float[] example, int i, Value x) {
            Planes p = x.planes();
            int pixels = p.height() * p.width();
            int step = ImageForward.step(p);
            for (int c = 0; c < p.channels(); c++) {
                int at = p.at(i, c, 0, 0);
                for (int q = 0; q < pixels; q++) {
                    x.data().set(at + q * step, example[c * pixels + q]);
                }
            }
        }
    };

    /** Zeros for so many examples, each {@code channels} planes of {@code height x width} numbers. */
    public abstract Value allocate(int examples, int channels, int height, int width);

    /** Writes the numbers of one example, channel by channel and row by row, as the {@code i}-th of {@code x}. */
    public abstract void write(float[] example, int i, Value x);
}
