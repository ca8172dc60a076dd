"""Which column of somebody's sales export is which: by its heading, in the languages that exports come in.

A heading is compared without case, accents, spaces and punctuation: "Rechnungs-Nr." is "rechnungsnr".
"""

import unicodedata
from collections import Counter


class Unreadable(Exception):
    """A file that cannot be loaded; the text says why, and what the person who has it can do."""


# Role: headings, the surest first; of several columns that could have a role, the first in this order has it.
# English, German, French, Spanish, Italian, Dutch, Portuguese.
HEADINGS = {
    "customer code": """
        customerid customerno customernr customernumber customercode custid custno clientid clientno clientnumber
        kundennummer kundennr kundenid kundencode kdnr debitor debitorennummer debitorennr
        codeclient numeroclient numclient noclient nclient idclient refclient clientcode
        codigocliente codigodecliente numerocliente numerodecliente ncliente nocliente idcliente codcliente
        codicecliente nrcliente
        klantnummer klantnr klantcode klantid debiteurnummer debiteurnr
        codigodocliente numerodocliente
    """,
    "customer": "customer client buyer kunde kaufer kaeufer cliente klant afnemer comprador acheteur acquirente",
    "customer name": """
        customername clientname companyname soldto billto kundenname firma nomclient nomduclient raisonsociale
        nombrecliente nombredecliente nombredelcliente razonsocial nomecliente nomedelcliente ragionesociale klantnaam
        naamklant nomedocliente razaosocial
    """,
    "date": """
        invoicedate invoicedatetime billingdate billdate date documentdate docdate postingdate transactiondate saledate
        salesdate orderdate datetime
        rechnungsdatum rechdatum belegdatum buchungsdatum datum verkaufsdatum bestelldatum
        datefacture datedefacture datefacturation datedefacturation datecommande
        fechafactura fechadefactura fechafacturacion fechadefacturacion fecha fechaventa fechadeventa
        datafattura datadellafattura datadocumento data
        factuurdatum datumfactuur
        datafatura datadafatura dataemissao datadeemissao datavenda datadavenda
    """,
    "invoice": """
        invoiceno invoicenumber invoicenr invoiceid invoice billno billnumber bill receiptno receiptnumber receipt
        documentno documentnumber document docno transactionid transactionno transaction orderno ordernumber orderid
        rechnungsnummer rechnungsnr rechnungnr rechnungnummer rechnung rechnr rgnr renr belegnummer belegnr beleg
        numerofacture numerodefacture nofacture nfacture numfacture facturenumero factureno facture numeropiece
        numerofactura numerodefactura nofactura nfactura numfactura nrofactura idfactura factura
        numerofattura numerodifattura nofattura nfattura numfattura nrfattura fattura numerodocumento
        factuurnummer factuurnr factuur bonnummer bonnr
        numerofatura numerodafatura nofatura nfatura nrfatura fatura notafiscal numerodanotafiscal
    """,
    "product code": """
        stockcode sku productcode productid productno productnumber itemcode itemno itemnumber itemid articleno
        articlenumber articlecode partno partnumber
        artikelnummer artikelnr artnr artikelcode artikelid produktnummer produktnr produktcode
        referenceproduit referencearticle refproduit refarticle codeproduit codearticle
        codigoproducto codigodeproducto codigodelproducto codproducto codigoarticulo codigodearticulo
        codiceprodotto codicearticolo codprodotto codarticolo
        productnr
        codigoproduto codigodoproduto codigodeproduto codproduto codigoartigo
    """,
    "product": "product item article produkt artikel produit producto articulo prodotto articolo produto artigo",
    "product name": """
        productname itemname articlename description productdescription itemdescription
        produktname artikelname artikelbezeichnung produktbezeichnung bezeichnung beschreibung
        nomproduit nomduproduit designation libelle libelleproduit
        nombreproducto nombredelproducto descripcion descripcionproducto
        nomeprodotto nomedelprodotto descrizione descrizioneprodotto
        productnaam omschrijving artikelomschrijving
        nomeproduto nomedoproduto descricao descricaodoproduto
    """,
    "quantity": """
        quantity qty units unitssold pieces pcs menge anzahl stuckzahl stueckzahl stuck stueck quantite qte
        cantidad cant unidades quantita qta pezzi hoeveelheid aantal stuks quantidade qtd qtde
    """,
    "price": """
        unitprice priceperunit netunitprice netprice salesprice saleprice itemprice price
        einzelpreis stuckpreis stueckpreis preisprostuck preisprostueck preisproeinheit nettopreis verkaufspreis preis
        prixunitaire prixunitaireht puht prixht pu prix prixdevente
        preciounitario preciounidad preciodeventa precioventa precio
        prezzounitario prezzodivendita prezzovendita prezzo
        eenheidsprijs stuksprijs stukprijs prijsperstuk verkoopprijs prijs
        precounitario valorunitario precodevenda precovenda preco
    """,
    "cost": """
        unitcost costprice costperunit standardcost purchaseprice cost
        einstandspreis einkaufspreis ekpreis stuckkosten stueckkosten selbstkosten kosten
        coutunitaire coutderevient prixderevient prixachat prixdachat cout
        costeunitario preciodecoste preciocoste preciodecompra preciocompra coste
        costounitario prezzodiacquisto prezzodacquisto prezzoacquisto costo
        kostprijs inkoopprijs
        custounitario precodecusto precocusto precodecompra precocompra custo
    """,
    "country": "country countrycode land landcode lander pays codepays pais paese nazione",
    "credit note": """
        creditnote iscreditnote creditmemo iscredit refund isrefund cancellation iscancellation
        gutschrift istgutschrift storno avoir estavoir notadecredito notacredito esabono notadicredito
        creditnota creditfactuur documenttype doctype belegart belegtyp typedocument typededocument tipodocumento
        tipodedocumento
    """,
}
ROLES = {heading: (role, rank) for role, words in HEADINGS.items() for rank, heading in enumerate(words.split())}
# What a file must have, by one of these roles.
NEEDED = {
    "the customer": ("customer code", "customer", "customer name"),
    "the date": ("date",),
    "the invoice number": ("invoice",),
    "the product": ("product code", "product", "product name"),
    "the quantity": ("quantity",),
    "the unit price": ("price",),
}
EXAMPLES = {  # a heading each, for who has to rename one
    "the customer": "Customer",
    "the date": "Date",
    "the invoice number": "Invoice",
    "the product": "Product",
    "the quantity": "Quantity",
    "the unit price": "Unit Price",
}


def plain(text):
    """A text without case, accents, spaces and punctuation."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


def count_known(headings):
    """How many different roles the headings have: what tells the row of headings from others."""
    return len({ROLES[word][0] for word in map(plain, headings) if word in ROLES})


def find_columns(headings):
    """{role: place of its column}

    :raises Unreadable: where a needed one is missing, or a heading stands there twice
    """
    found = {}
    for place, word in enumerate(map(plain, headings)):
        if word in ROLES:
            role, rank = ROLES[word]
            found.setdefault(role, []).append((rank, place))
    for candidates in found.values():
        candidates.sort()
        if len({rank for rank, _place in candidates}) < len(candidates):
            [(heading, _count)] = Counter(headings[place] for _rank, place in candidates).most_common(1)
            raise Unreadable(f"There are two columns {heading}: rename the one that is not meant.")
    if missing := [what for what, roles in NEEDED.items() if not any(role in found for role in roles)]:
        raise Unreadable(
            f"No column has a known heading for {', '.join(missing)}. The headings are: "
            f"{', '.join(filter(None, headings))}. Rename: {', '.join(EXAMPLES[what] for what in missing)}, say."
        )
    return {role: candidates[0][1] for role, candidates in found.items()}
