package dev.filigree.kernel.scalar;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Norms;

final class ScalarNorms implements Norms {

    @Override
    public void layerNorm(Floats x, Floats y, int at, int features, int width, Floats gain, Floats shift, float eps) {
        for (int t = 0; t < width; t++) {
            double mean = mean(x, at + t, features, width);
            double inverse = 1 / Math.sqrt(variance(x, at + t, features, width, mean) + eps);
            for (int f = 0; f < features; f++) {
                int i = at + f * width + t;
                y.set(i, (float) ((x.get(i) - mean) * inverse * gain.get(f) + shift.get(f)));
            }
        }
    }

    @Override
    public void layerNormBackward(Floats x, Floats dy, Floats dx, int at, int features, int width, Floats gain, float eps, Floats dGain, Floats dShift) {
        for (int t = 0; t < width; t++) {
            double mean = mean(x, at + t, features, width);
            double inverse = 1 / Math.sqrt(variance(x, at + t, features, width, mean) + eps);
            double sum = 0;
            double sumNormalised = 0;
            for (int f = 0; f < features; f++) {
                int i = at + f * width + t;
                double normalised = (x.get(i) - mean) * inverse;
                double g = dy.get(i) * gain.get(f);
                sum += g;
                sumNormalised += g * normalised;
                dGain.set(f, (float) (dGain.get(f) + dy.get(i) * normalised));
                dShift.set(f, dShift.get(f) + dy.get(i));
            }
            for (int f = 0; f < features; f++) {
                int i = at + f * width + t;
                double normalised = (x.get(i) - mean) * inverse;
                double g = dy.get(i) * gain.get(f);
                dx.set(i, (float) (inverse * (g - sum / features - normalised * sumNormalised / features)));
            }
        }
    }

    private static double mean(Floats x, int at, int features, int width) {
        double sum = 0;
        for (int f = 0; f < features; f++) {
            sum += x.get(at + f * width);
        }
        return sum / features;
    }

    private static double variance(Floats x, int at, int features, int width, double mean) {
        double sum = 0;
        for (int f = 0; f < features; f++) {
            double d = x.get(at + f * width) - mean;
            sum += d * d;
        }
        return sum / features;
    }
}
