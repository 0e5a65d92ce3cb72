package dev.filigree.house;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.MethodTypeEntry;
import java.lang.classfile.constantpool.NameAndTypeEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The compiled classes of the engine, and what they mention. */
final class Classes {

    private static final Path COMPILED = Path.of("target", "classes");
    private static final Pattern TYPE = Pattern.compile("L([^;<]+)[;<]");

    private Classes() {
    }

    static List<ClassModel> all() {
        List<ClassModel> models = new ArrayList<>();
        try (Stream<Path> files = Files.walk(COMPILED)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).sorted().toList()) {
                models.add(ClassFile.of().parse(file));
            }
        } catch (IOException e) {
            throw new AssertionError("compiled classes of the engine not found in " + COMPILED.toAbsolutePath(), e);
        }
        return models;
    }

    static String name(ClassModel model) {
        return model.thisClass().asInternalName().replace('/', '.');
    }

    /** Dotted names of all classes in signatures, instructions and fields. */
    static Set<String> mentioned(ClassModel model) {
        Set<String> names = new TreeSet<>();
        for (PoolEntry e : model.constantPool()) {
            switch (e) {
                case ClassEntry c when c.asInternalName().startsWith("[") -> descriptor(c.asInternalName(), names);
                case ClassEntry c -> names.add(c.asInternalName().replace('/', '.'));
                case NameAndTypeEntry n -> descriptor(n.type().stringValue(), names);
                case MethodTypeEntry m -> descriptor(m.descriptor().stringValue(), names);
                default -> { }
            }
        }
        for (MethodModel m : model.methods()) {
            descriptor(m.methodType().stringValue(), names);
        }
        for (FieldModel f : model.fields()) {
            descriptor(f.fieldType().stringValue(), names);
        }
        return names;
    }

    /** "java.lang.Math.fma(FFF)F" and so on for every method and field that the class uses. */
    static Set<String> used(ClassModel model) {
        Set<String> members = new TreeSet<>();
        for (PoolEntry e : model.constantPool()) {
            if (e instanceof MemberRefEntry m) {
                members.add(m.owner().asInternalName().replace('/', '.') + "." + m.name().stringValue() + m.type().stringValue());
            }
        }
        return members;
    }

    private static void descriptor(String text, Set<String> names) {
        Matcher m = TYPE.matcher(text);
        while (m.find()) {
            names.add(m.group(1).replace('/', '.'));
        }
    }
}
