// The one copy of what fmt is made of besides the templates of its callers. Header-only, every file
// that formats anything would compile all of it again: two thirds of the time that most of them
// take.
#include <fmt/format-inl.h>

// What its headers declare and leave to be instantiated here.
template auto fmt::detail::thousands_sep_impl<char>(fmt::detail::locale_ref)
    -> fmt::detail::thousands_sep_result<char>;
template char fmt::detail::decimal_point_impl<char>(fmt::detail::locale_ref);
template auto fmt::detail::dragonbox::to_decimal<float>(float) noexcept
    -> fmt::detail::dragonbox::decimal_fp<float>;
template auto fmt::detail::dragonbox::to_decimal<double>(double) noexcept
    -> fmt::detail::dragonbox::decimal_fp<double>;
