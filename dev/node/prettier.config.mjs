// How Odoo and OCA lay out JavaScript and XML.
export default {
    plugins: ["@prettier/plugin-xml"],
    printWidth: 100,
    tabWidth: 4,
    xmlWhitespaceSensitivity: "preserve",
    overrides: [{ files: "*.xml", options: { bracketSameLine: false, printWidth: 120 } }],
};
