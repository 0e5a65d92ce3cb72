package dev.filigree.kernel.scalar;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Ceilings;

/** What scalar code can reach. */
final class ScalarCeilings implements Ceilings {

    @Override
    public int multiplyAddsPerRound() {
        return 8;
    }

    @Override
    public float multiplyAdds(int rounds, float factor) {
        float add = 1 - factor;
        float a = 0;
        float b = 1;
        float c = 2;
        float d = 3;
        float e = 4;
        float f = 5;
        float g = 6;
        float h = 7;
        for (int i = 0; i < rounds; i++) {
            a = a * factor + add;
            b = b * factor + add;
            c = c * factor + add;
            d = d * factor + add;
            e = e * factor + add;
            f = f * factor + add;
            g = g * factor + add;
            h = h * factor + add;
        }
        return a + b + c + d + e + f + g + h;
    }

    @Override
    public float read(Floats x, int from, int count) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        for (int i = from; i < from + count; i += 4) {
            a += x.get(i);
            b += x.get(i + 1);
            c += x.get(i + 2);
            d += x.get(i + 3);
        }
        return a + b + c + d;
    }
}
