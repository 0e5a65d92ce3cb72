package dev.filigree.kernel.scalar;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Norms;

final class ScalarNorms implements Norms {

    @Override
    public void layerNorm(Floats x, Floats y, int at, int features, int width, Floats gain, Floats shift, float eps) {
        for (int t = 0; t < width; t++) {
            double mean = mean(x, at + t, features, width);
            double inverse = 1 / Math.sqrt(meanSquare(x, at + t, features, width, mean) + eps);
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
            double inverse = 1 / Math.sqrt(meanSquare(x, at + t, features, width, mean) + eps);
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

    @Override
    public void rmsNorm(Floats x, Floats y, int at, int features, int width, Floats gain, float eps) {
        for (int t = 0; t < width; t++) {
            double inverse = 1 / Math.sqrt(meanSquare(x, at + t, features, width, 0) + eps);
            for (int f = 0; f < features; f++) {
                int i = at + f * width + t;
                y.set(i, (float) (x.get(i) * inverse * gain.get(f)));
            }
        }
    }

    @Override
    public void rmsNormBackward(Floats x, Floats dy, Floats dx, int at, int features, int width, Floats gain, float eps, Floats dGain) {
        for (int t = 0; t < width; t++) {
            double inverse = 1 / Math.sqrt(meanSquare(x, at + t, features, width, 0) + eps);
            double sumNormalised = 0;
            for (int f = 0; f < features; f++) {
                int i = at + f * width + t;
                double normalised = x.get(i) * inverse;
                sumNormalised += dy.get(i) * gain.get(f) * normalised;
                dGain.set(f, (float) (dGain.get(f) + dy.get(i) * normalised));
            }
            for (int f = 0; f < features; f++) {
                int i = at + f * width + t;
                dx.set(i, (float) (inverse * (dy.get(i) * gain.get(f) - x.get(i) * inverse * sumNormalised / features)));
            }
        }
    }

    @Override
    public void softmax(Floats x, Floats y, int at, int features, int width) {
        for (int t = 0; t < width; t++) {
            double max = Double.NEGATIVE_INFINITY;
            for (int f = 0; f < features; f++) {
                max = Math.max(max, x.get(at + f * width + t));
            }
            double sum = 0;
            for (int f = 0; f < features; f++) {
                sum += Math.exp(x.get(at + f * width + t) - max);
            }
            for (int f = 0; f < features; f++) {
                int i = at + f * width + t;
                y.set(i, (float) (Math.exp(x.get(i) - max) / sum));
            }
        }
    }

    @Override
    public void softmaxBackward(Floats y, Floats dy, Floats dx, int at, int features, int width) {
        for (int t = 0; t < width; t++) {
            double mean = 0;
            for (int f = 0; f < features; f++) {
                mean += (double) y.get(at + f * width + t) * dy.get(at + f * width + t);
            }
            for (int f = 0; f < features; f++) {
                int i = at + f * width + t;
                dx.set(i, (float) (y.get(i) * (dy.get(i) - mean)));
            }
        }
    }

    @Override
    public void logSumExp(Floats x, int at, int features, int width, Floats out) {
        for (int t = 0; t < width; t++) {
            int best = 0;
            for (int f = 1; f < features; f++) {
                best = x.get(at + f * width + t) > x.get(at + best * width + t) ? f : best;
            }
            double max = x.get(at + best * width + t);
            double sum = 0;
            for (int f = 0; f < features; f++) {
                sum += Math.exp(x.get(at + f * width + t) - max);
            }
            out.set(t, (float) (max + Math.log(sum)));
            out.set(width + t, best);
            out.set(2 * width + t, (float) mean(x, at + t, features, width));
        }
    }

    @Override
    public void softmaxGradient(Floats x, Floats y, int at, int features, int width, Floats log, Floats scale, float uniform) {
        for (int f = 0; f < features; f++) {
            for (int t = 0; t < width; t++) {
                int i = at + f * width + t;
                y.set(i, (float) (scale.get(t) * (Math.exp(x.get(i) - log.get(t)) - uniform)));
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

    /** Mean of {@code (x - from)^2}: the variance when {@code from} is the mean. */
    private static double meanSquare(Floats x, int at, int features, int width, double from) {
        double sum = 0;
        for (int f = 0; f < features; f++) {
            double d = x.get(at + f * width) - from;
            sum += d * d;
        }
        return sum / features;
    }
}
