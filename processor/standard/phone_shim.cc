/* libphonenumber behind C calls.
 *
 * Nothing here throws: the library reports by value, and exhausted memory ends the process.
 */
#include "standard/phone_shim.h"

#include <cstring>
#include <phonenumbers/phonenumberutil.h>
#include <string>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

extern "C" enum phone_verdict phone_shim_parse(const char *data, size_t length, const char *region,
                                               char e164[PHONE_E164_SIZE])
{
        const PhoneNumberUtil *util = PhoneNumberUtil::GetInstance();
        PhoneNumber number;
        std::string text;

        if (util->Parse(std::string(data, length), region, &number) != PhoneNumberUtil::NO_PARSING_ERROR)
                return PHONE_NONE;
        /* IsPossibleNumber() lets local numbers without area code pass, which E.164 cannot express */
        if (util->IsPossibleNumberWithReason(number) != PhoneNumberUtil::IS_POSSIBLE)
                return PHONE_NONE;
        util->Format(number, PhoneNumberUtil::E164, &text);
        if (text.size() >= PHONE_E164_SIZE)
                return PHONE_NONE;
        memcpy(e164, text.c_str(), text.size() + 1);
        return util->IsValidNumber(number) ? PHONE_VALID : PHONE_POSSIBLE;
}

extern "C" bool phone_shim_format(const char *data, size_t length, bool international, char out[PHONE_FORMATTED_SIZE])
{
        const PhoneNumberUtil *util = PhoneNumberUtil::GetInstance();
        PhoneNumber number;
        std::string text;

        if (util->Parse(std::string(data, length), "ZZ", &number) != PhoneNumberUtil::NO_PARSING_ERROR)
                return false;
        util->Format(number, international ? PhoneNumberUtil::INTERNATIONAL : PhoneNumberUtil::NATIONAL, &text);
        if (text.size() >= PHONE_FORMATTED_SIZE)
                return false;
        memcpy(out, text.c_str(), text.size() + 1);
        return true;
}

extern "C" bool phone_shim_is_valid(int country_code, uint64_t national_number)
{
        PhoneNumber number;

        number.set_country_code(country_code);
        number.set_national_number(national_number);
        return PhoneNumberUtil::GetInstance()->IsValidNumber(number);
}

extern "C" bool phone_shim_example(const char *region, int index, bool international, char *out, size_t size)
{
        const PhoneNumberUtil *util = PhoneNumberUtil::GetInstance();
        PhoneNumber number;
        std::string text;

        if (!util->GetExampleNumberForType(region, static_cast<PhoneNumberUtil::PhoneNumberType>(index), &number))
                return false;
        util->Format(number, international ? PhoneNumberUtil::INTERNATIONAL : PhoneNumberUtil::NATIONAL, &text);
        if (text.size() >= size)
                return false;
        memcpy(out, text.c_str(), text.size() + 1);
        return true;
}
