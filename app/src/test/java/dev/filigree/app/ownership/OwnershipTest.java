package dev.filigree.app.ownership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Activation;
import dev.filigree.model.Mlp;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.model.Vgg;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Topology;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Marks that go into a network and come out of it. */
class OwnershipTest {

    private static final String SIGNATURE = "FILIGREE 7";

    private static Network sparse(Network net, double density) {
        for (Site s : net.sites()) {
            Topology live = Sampling.topology(s.rows(), s.cols(), (int) (density * s.positions()), new Rng(3).split(s.name()));
            Floats values = Floats.allocate(live.count());
            Rng rng = new Rng(4);
            for (int i = 0; i < values.length(); i++) {
                values.set(i, (float) rng.nextGaussian());
            }
            net.param(s).set(s.layout(Layout.CSR).pack(Arena.ofAuto(), live, values));
        }
        return net;
    }

    @Test
    void aMarkIsReadBackFromMatricesAndConvolutions() {
        List<Network> networks = List.of(sparse(new Mlp(List.of(120, 100, 90, 5), Activation.RELU), 0.08), sparse(new Vgg(new Shape(1, 8, 8), 5, List.of(List.of(33), List.of(31)), 0), 0.08));
        for (Network net : networks) {
            Mark mark = Mark.of(SIGNATURE);
            List<Long> before = net.sites().stream().map(s -> net.param(s).forward().nonZeros()).toList();
            Ownership.Place place = Ownership.put(net, mark, 1, new Rng(1));
            Mark read = Ownership.read(net, place);
            assertEquals(1, mark.agreement(read), place.toString());
            assertEquals(Optional.of(SIGNATURE), read.text());
            assertEquals(before, net.sites().stream().map(s -> net.param(s).forward().nonZeros()).toList(), "as many live as before");
            assertFalse(Ownership.read(net, new Ownership.Place(place.site(), place.row() == 0 ? 1 : place.row() - 1, place.col())).text().isPresent(), "one row beside it");
        }
    }

    @Test
    void itGoesWhereItAgreesMost() {
        Network net = sparse(new Mlp(List.of(120, 100, 90, 5), Activation.RELU), 0.08);
        Ownership.Place place = Ownership.put(net, Mark.of(SIGNATURE), 0, new Rng(1));
        assertEquals(place, Ownership.put(net, Mark.of(SIGNATURE), 0, new Rng(2)), "where it already is");
    }

    @Test
    void someModulesMayBeWrongAndManyMayNot() {
        Mark mark = Mark.of(SIGNATURE);
        for (int c = 9; c < 19; c++) {
            mark.modules()[10][c] ^= true;
        }
        assertEquals(Optional.of(SIGNATURE), mark.text(), "ten of 841");
        assertEquals(1 - 10.0 / 598, mark.agreement(Mark.of(SIGNATURE)), 1e-12, "of 841 less corners of 3 x 64, a square of 25 and two lines of 13 between corners");
        for (int r = 9; r < 29; r++) {
            for (int c = 9; c < 20; c++) {
                mark.modules()[r][c] ^= (r + c) % 2 == 0;
            }
        }
        assertTrue(mark.text().isEmpty());
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertTrue(assertThrows(UserError.class, () -> Mark.of("a signature of far too many bytes")).getMessage().contains("24"));
        assertThrows(UserError.class, () -> Ownership.put(sparse(new Mlp(List.of(60, 60, 5), Activation.RELU), 0.1), Mark.of(SIGNATURE), 0, new Rng(1)));
    }
}
