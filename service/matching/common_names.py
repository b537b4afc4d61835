"""Name elements so common that they tell nobody apart; written by hand, to be replaced by counted frequencies.

Keys are fold keys. The list holds given names and family names of every tradition that is common in Sweden, so that no
tradition pays for its own way of naming.
"""

from service.matching.normalise import fold_key

_WRITTEN = """
mohamed muhammad ahmed ali hassan hussein omar osman ibrahim abdullah abdul abdi mustafa yusuf ismail khalid said salim
hamid karim jamal mahmoud hamza bilal adam nur amina fatima aisha khadija maryam zainab leila layla nadia samira hana
warsame farah jama aden abdirahman abdullahi mohamud nasser saleh hamad rashid aziz rahman rahim haider jaber kazem
reza hosseini husseini ahmadi mohammadi karimi rezaei hashemi mousavi jafari moradi rahimi amiri akbari sharif shah khan
mehmet emre yilmaz kaya demir celik sahin yildiz aydin ozturk arslan dogan kilic aslan cetin kara koc kurt
erik lars karl anders per johan nils jan hans peter lennart gunnar sven mikael thomas bengt bo fredrik daniel magnus
maria anna margareta elisabeth eva kristina birgitta karin marie ingrid sara emma linnea johanna
andersson johansson karlsson nilsson eriksson larsson olsson persson svensson gustafsson pettersson jonsson jansson
hansson bengtsson jonsson lindberg jakobsson magnusson lindstrom olofsson lindqvist lindgren axelsson berg bergstrom
lundberg lind lundgren mattsson berglund fredriksson sandberg henriksson
ivan aleksandr sergej andrej dmitrij vladimir aleksej ivanov petrov smirnov kuznetsov popov
wang li zhang liu chen yang zhao huang zhou wu nguyen kim lee park tran
garcia rodriguez martinez lopez gonzalez hernandez perez sanchez jose juan carlos luis
kowalski nowak novak jovanovic petrovic nikolic tesfay tekle berhane haile gebre
""".split()

COMMON = frozenset(fold_key(one) for one in _WRITTEN)
