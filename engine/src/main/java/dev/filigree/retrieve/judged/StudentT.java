package dev.filigree.retrieve.judged;

/** Student's distribution. */
final class StudentT {

    private static final double TINY = 1e-300;
    private static final double[] LANCZOS = {676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
        12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7};

    private StudentT() {
    }

    /** How probable a value at least as far from zero as {@code t} is. */
    static double twoSided(double t, int freedom) {
        return Double.isInfinite(t) ? 0 : beta(freedom / (freedom + t * t), freedom / 2.0, 0.5);
    }

    /** The t above zero for which {@link #twoSided} is {@code p}. */
    static double quantile(double p, int freedom) {
        double low = 0;
        double high = 1;
        while (twoSided(high, freedom) > p) {
            high *= 2;
        }
        for (int i = 0; i < 100; i++) {
            double middle = (low + high) / 2;
            if (twoSided(middle, freedom) > p) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /** The regularised incomplete beta function. */
    private static double beta(double x, double a, double b) {
        if (x <= 0 || x >= 1) {
            return x <= 0 ? 0 : 1;
        }
        double front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
        return x < (a + 1) / (a + b + 2) ? front * fraction(x, a, b) / a : 1 - front * fraction(1 - x, b, a) / b; // where the fraction converges soon
    }

    /** Its continued fraction (Abramowitz and Stegun 26.5.8), from the front by Lentz's method. */
    private static double fraction(double x, double a, double b) {
        double c = 1;
        double d = 1 / away(1 - (a + b) * x / (a + 1));
        double value = d;
        for (int m = 1; m < 10_000; m++) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / away(1 + even * d);
            c = away(1 + even / c);
            value *= c * d;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / away(1 + odd * d);
            c = away(1 + odd / c);
            value *= c * d;
            if (Math.abs(c * d - 1) < 1e-15) {
                break;
            }
        }
        return value;
    }

    private static double away(double v) {
        return Math.abs(v) < TINY ? TINY : v;
    }

    /** The logarithm of the gamma function, for x of at least one half (Lanczos). */
    private static double logGamma(double x) {
        double z = x - 1;
        double sum = 0.99999999999980993;
        for (int i = 0; i < LANCZOS.length; i++) {
            sum += LANCZOS[i] / (z + i + 1);
        }
        double t = z + LANCZOS.length - 0.5;
        return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
    }
}
