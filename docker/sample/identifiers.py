"""Identifiers with correct check digits, made from a short number: none of them was given to anybody."""

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def salesforce_id(prefix, pod, number):
    """An 18-character id: 15 characters, and three that say which of them are upper case."""
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    short = prefix + pod + "0" + digits.rjust(8, "0")
    suffix = ""
    for start in (0, 5, 10):
        bits = sum(1 << i for i, c in enumerate(short[start:start + 5]) if "A" <= c <= "Z")
        suffix += "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits]
    return short + suffix


def luhn(digits):
    """The digit that makes digits + it pass Luhn's test."""
    total = 0
    for i, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if i % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def siren(number):
    """Eight digits and their check digit."""
    digits = f"{number:08}"
    return digits + luhn(digits)


def siret(siren_number, establishment):
    digits = siren_number + f"{establishment:04}"
    return digits + luhn(digits)


def vat_fr(siren_number):
    return f"FR{(12 + 3 * (int(siren_number) % 97)) % 97:02}{siren_number}"


def vat_gb(number):
    digits = f"{number:07}"
    total = sum(int(d) * w for d, w in zip(digits, range(8, 1, -1)))
    return f"GB{digits}{97 - total % 97:02}"


def vat_de(number):
    """ISO 7064 MOD 11,10."""
    digits = f"{number:08}"
    product = 10
    for digit in digits:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return f"DE{digits}{(11 - product) % 10}"


def vat_be(number):
    digits = f"{number:08}"
    return f"BE{digits}{97 - int(digits) % 97:02}"


def vat_it(number):
    digits = f"{number:07}" + "015"
    return "IT" + digits + luhn(digits)
