/** Data sets by name: what is there, what can be had, and how. */
package dev.filigree.app.data;
