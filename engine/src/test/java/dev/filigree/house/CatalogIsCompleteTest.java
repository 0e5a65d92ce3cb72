package dev.filigree.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.Parts;
import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Shelf;
import java.lang.classfile.ClassModel;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A part that was written but not listed cannot be asked for: this notices. */
class CatalogIsCompleteTest {

    private static List<Entry<?>> entries() {
        List<Entry<?>> all = new ArrayList<>();
        Parts.catalog().shelves().forEach(s -> all.addAll(s.entries()));
        return all;
    }

    @Test
    void everyEntryStandsOnAShelf() throws ReflectiveOperationException {
        Map<Entry<?>, Boolean> listed = new IdentityHashMap<>();
        entries().forEach(e -> listed.put(e, true));
        for (ClassModel model : Classes.all()) {
            for (Field f : load(model).getDeclaredFields()) {
                if (Modifier.isStatic(f.getModifiers()) && f.getType() == Catalog.Entry.class) {
                    f.setAccessible(true);
                    assertTrue(listed.containsKey((Entry<?>) f.get(null)),
                            Classes.name(model) + "." + f.getName() + " is on no shelf: add it to the Parts of its room");
                }
            }
        }
    }

    /** In a folder of prune or infer, which is named after an axis, each class that implements the interface of that name is made by some entry. */
    @Test
    void everyPartHasAnEntry() throws ReflectiveOperationException {
        Set<Class<?>> made = entries().stream().map(e -> (Object) e.make()).<Class<?>>map(Object::getClass).collect(Collectors.toSet());
        Set<String> axes = Arrays.stream(Catalog.Axis.values()).map(Catalog.Axis::label).collect(Collectors.toSet());
        for (ClassModel model : Classes.all()) {
            Class<?> c = load(model);
            String folder = c.getPackageName().substring(c.getPackageName().lastIndexOf('.') + 1);
            boolean part = axes.contains(folder) && (c.getPackageName().startsWith("dev.filigree.prune.") || c.getPackageName().startsWith("dev.filigree.infer."))
                    && !c.isInterface() && !Modifier.isAbstract(c.getModifiers()) && c.getEnclosingClass() == null
                    && isA(c, folder);
            assertTrue(!part || made.contains(c), c.getName() + " is a " + folder + " that no entry of the catalog makes: give it an ENTRY and list it");
        }
    }

    /** Whether a class implements the interface of that name, itself or through another. */
    private static boolean isA(Class<?> c, String name) {
        return Arrays.stream(c.getInterfaces()).anyMatch(i -> i.getSimpleName().toLowerCase(Locale.ROOT).equals(name) || isA(i, name));
    }

    @Test
    void everyEntryDescribesItself() {
        for (Shelf<?> shelf : Parts.catalog().shelves()) {
            for (Entry<?> e : shelf.entries()) {
                String which = shelf.axis().label() + " " + e.name();
                assertFalse(e.name().isBlank() || e.summary().isBlank(), which);
                assertFalse(e.summary().contains("\n"), which);
                e.options().forEach(o -> assertFalse(o.name().isBlank() || o.meaning().isBlank(), which + " option " + o.name()));
                assertEquals(e, shelf.find(e.example()), which + ": its example finds another part");
                assertEquals(e.make().getClass(), shelf.make(e.example()).getClass(), which);
            }
        }
    }

    private static Class<?> load(ClassModel model) throws ClassNotFoundException {
        return Class.forName(Classes.name(model), false, CatalogIsCompleteTest.class.getClassLoader());
    }
}
